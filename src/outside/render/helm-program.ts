import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WritError } from '../../model/error.ts'
import type { RendererInfo } from '../../model/plan.ts'
import { run } from '../run.ts'
import type { RunResult } from '../run.ts'
import { crash } from './crash.ts'
import { closedEnvironment } from './kustomize-program.ts'

/** A chart that lies in `chart/` of a throw-away folder, which helm uses for its caches too. */
export interface TemplateJob {
  readonly cwd: string
  readonly release: string
  readonly namespace: string | null
  /** Value files in the folder, weakest first. */
  readonly values: readonly string[]
  /** `KEY=VALUE` in Helm's own spelling. */
  readonly sets: readonly { readonly flag: 'set' | 'set-string' | 'set-file', readonly text: string }[]
  readonly crds: boolean
  readonly tests: boolean
  readonly hooks: boolean
  readonly schema: boolean
  readonly upgrade: boolean
  readonly kubeVersion?: string
  readonly apiVersions: readonly string[]
}

/** helm, for rendering only. */
export interface HelmProgram {
  /** Throws render/no-renderer with what was found. */
  info(): Promise<RendererInfo>
  /** Throws render/no-renderer and render/timeout. */
  template(job: TemplateJob): Promise<{ readonly ok: true, readonly text: string } | { readonly ok: false, readonly message: string }>
}

const OLDEST = [3, 10] as const
const MAX_OUTPUT = 64 * 1024 * 1024

/** Finds helm ≥ 3.10 on PATH and runs it without network, home, plugins, repositories, registries and credentials (DESIGN.md section 5). */
export function helmProgram(options: { readonly timeoutMs: number }): HelmProgram {
  let looking: Promise<RendererInfo> | null = null
  const found = async (): Promise<RendererInfo> => {
    looking ??= look(options.timeoutMs)
    return looking.catch((error: unknown) => {
      looking = null
      throw error
    })
  }
  return {
    info: found,
    async template(job) {
      const { version } = await found()
      const result = await run({
        program: 'helm', args: argumentsOf(job, version), env: environment(job.cwd), cwd: job.cwd, timeout: options.timeoutMs, maxOutput: MAX_OUTPUT, isolated: true,
      })
      return outcome(result, { cwd: job.cwd, seconds: options.timeoutMs / 1000 })
    },
  }
}

function argumentsOf(job: TemplateJob, version: string): readonly string[] {
  return [
    'template', job.release, './chart',
    ...job.namespace === null || job.namespace === '' ? [] : [`--namespace=${job.namespace}`],
    ...job.kubeVersion === undefined || job.kubeVersion === '' ? [] : [`--kube-version=${job.kubeVersion}`],
    ...job.values.map(file => `--values=${join(job.cwd, file)}`),
    ...job.sets.map(({ flag, text }) => `--${flag}=${text}`),
    ...job.apiVersions.map(api => `--api-versions=${api}`),
    ...job.crds ? ['--include-crds'] : [],
    ...job.tests ? [] : ['--skip-tests'],
    ...job.hooks ? [] : ['--no-hooks'],
    ...job.upgrade ? ['--is-upgrade'] : [],
    ...job.schema || !isSince(version, [3, 16]) ? [] : ['--skip-schema-validation'],
  ]
}

/** Everything that helm would keep or look for lies in the throw-away folder, where nothing is. */
function environment(dir: string): Record<string, string> {
  const inside = (name: string): string => join(dir, 'helm', name)
  return {
    ...closedEnvironment(), HELM_CACHE_HOME: inside('cache'), HELM_CONFIG_HOME: inside('config'), HELM_DATA_HOME: inside('data'), HELM_PLUGINS: inside('plugins'),
    HELM_REPOSITORY_CACHE: inside('cache'), HELM_REPOSITORY_CONFIG: inside('repositories.yaml'), HELM_REGISTRY_CONFIG: inside('registry.json'), HELM_NO_PLUGINS: '1',
  }
}

function outcome(result: RunResult, of: { readonly cwd: string, readonly seconds: number }): Awaited<ReturnType<HelmProgram['template']>> {
  if (result.timedOut) throw new WritError('render/timeout', `helm did not render the chart within ${of.seconds} s.`)
  if (result.tooLarge) return { ok: false, message: `The render of the chart is larger than ${MAX_OUTPUT / 1024 / 1024} MB.` }
  if (result.code !== 0) return { ok: false, message: cleanMessage(result.stderr, of.cwd) }
  return { ok: true, text: result.stdout.toString('utf8') }
}

/** Helm's own words without the names of throw-away folders and without its warnings. */
function cleanMessage(stderr: string, cwd: string): string {
  const text = stderr.replaceAll(`${cwd}/`, '').replaceAll(cwd, '.').trim()
  const error = /^Error: [\s\S]*/m.exec(text)?.[0].replace(/^Error: /, '').replace(/\n+Use --debug flag to render out invalid YAML$/, '') ?? text
  return error === '' ? 'helm ended with an error and no message.' : crash(error) ?? error.slice(0, 2000)
}

async function look(timeout: number): Promise<RendererInfo> {
  const text = await versionText(timeout)
  const version = /v?(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)/.exec(text ?? '')?.[1]?.replace(/\+.*$/, '')
  if (version !== undefined && isSince(version, OLDEST)) return { name: 'helm', version }
  const what = text === null ? 'it is not there' : version === undefined ? 'its version is unknown' : `it is ${version}`
  throw new WritError('render/no-renderer', `Helm ${OLDEST.join('.')} or later is needed to render a chart: ${what}.`, { hint: 'Install helm and put it on PATH; writ doctor says what is found.' })
}

async function versionText(timeout: number): Promise<string | null> {
  try {
    const result = await run({ program: 'helm', args: ['version', '--short'], env: environment(join(tmpdir(), 'writ-helm-none')), timeout, maxOutput: 1024 * 1024 })
    return result.stdout.toString('utf8')
  } catch (error) {
    if (error instanceof WritError && error.code === 'render/no-renderer') return null
    throw error
  }
}

function isSince(version: string, [major, minor]: readonly [number, number]): boolean {
  const [found = 0, second = 0] = version.split('.').map(Number)
  return found > major || (found === major && second >= minor)
}
