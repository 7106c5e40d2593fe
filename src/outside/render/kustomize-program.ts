import { WritError } from '../../model/error.ts'
import type { RendererInfo } from '../../model/plan.ts'
import { baseEnvironment, run } from '../run.ts'
import type { RunResult } from '../run.ts'
import { crash } from './crash.ts'

/** What to build: a kustomization's directory, relative to the folder it is built in. */
export interface BuildJob { readonly cwd: string, readonly path: string, readonly loadRestrictor: 'root' | 'none' }

/** kustomize itself, or a kubectl that embeds it. */
export interface KustomizeProgram {
  /** Throws render/no-renderer with what was found. */
  info(): Promise<RendererInfo>
  /** Throws render/no-renderer and render/timeout. */
  build(job: BuildJob): Promise<{ readonly ok: true, readonly text: string } | { readonly ok: false, readonly message: string }>
}

interface Found extends RendererInfo { readonly program: 'kustomize' | 'kubectl' }
interface Older { readonly program: 'kustomize' | 'kubectl', readonly version: string | null }
const OLDEST_MAJOR = 5
const MAX_OUTPUT = 64 * 1024 * 1024

/** Finds kustomize ≥ 5.0 on PATH, else a kubectl that embeds it (DESIGN.md section 8), and runs it without network, home and credentials. */
export function kustomizeProgram(options: { readonly timeoutMs: number }): KustomizeProgram {
  let looking: Promise<Found> | null = null
  const found = async (): Promise<Found> => {
    looking ??= look(options.timeoutMs)
    return looking.catch((error: unknown) => {
      looking = null
      throw error
    })
  }
  return {
    async info() {
      const { name, version } = await found()
      return { name, version }
    },
    async build(job) {
      const { program, name } = await found()
      const restrictor = job.loadRestrictor === 'none' ? 'LoadRestrictionsNone' : 'LoadRestrictionsRootOnly'
      const result = await run({
        program, args: [program === 'kustomize' ? 'build' : 'kustomize', `./${job.path}`, `--load-restrictor=${restrictor}`],
        env: closedEnvironment(), cwd: job.cwd, timeout: options.timeoutMs, maxOutput: MAX_OUTPUT, isolated: true,
      })
      return outcome(result, { name, ...job, seconds: options.timeoutMs / 1000 })
    },
  }
}

/** No home, no credentials, no way out: proxies point at a port that nobody listens on, and git may use no transport (DESIGN.md section 5). */
export function closedEnvironment(): Record<string, string> {
  const nowhere = 'http://127.0.0.1:1'
  return {
    ...baseEnvironment(), HOME: '/dev/null', XDG_CONFIG_HOME: '/dev/null', XDG_CACHE_HOME: '/dev/null', KUBECONFIG: '/dev/null',
    HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, ALL_PROXY: nowhere, http_proxy: nowhere, https_proxy: nowhere, all_proxy: nowhere, NO_PROXY: '', no_proxy: '',
    GIT_ALLOW_PROTOCOL: 'none', GIT_TERMINAL_PROMPT: '0',
    // A render lives for a second: with fewer collections it takes two thirds of the time and twice the memory, up to the limit.
    GOGC: '400', GOMEMLIMIT: '1GiB',
  }
}

function outcome(result: RunResult, of: { readonly name: string, readonly cwd: string, readonly path: string, readonly seconds: number }): Awaited<ReturnType<KustomizeProgram['build']>> {
  const where = of.path === '' ? 'the root' : of.path
  if (result.timedOut) throw new WritError('render/timeout', `${of.name} did not render ${where} within ${of.seconds} s.`)
  if (result.tooLarge) return { ok: false, message: `The render of ${where} is larger than ${MAX_OUTPUT / 1024 / 1024} MB.` }
  if (result.code !== 0) return { ok: false, message: cleanMessage(result.stderr, of.cwd) }
  return { ok: true, text: result.stdout.toString('utf8') }
}

/** The renderer's own words without the names of throw-away folders. */
function cleanMessage(stderr: string, cwd: string): string {
  const text = withoutLogFrame(stderr.replaceAll(`${cwd}/`, '').replaceAll(cwd, '.').trim())
  const error = /^error: [\s\S]*/im.exec(text)?.[0].replace(/^error: /i, '') ?? text
  return error === '' ? 'The renderer ended with an error and no message.' : crash(error) ?? error.slice(0, 2000)
}

/** kubectl puts its error into a log line: `E1121 … "command failed" err="…"`. */
function withoutLogFrame(text: string): string {
  const quoted = /^E\d{4} .*"command failed" err=("(?:[^"\\]|\\.)*")/m.exec(text)?.[1]
  if (quoted === undefined) return text
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted
  }
}

async function look(timeout: number): Promise<Found> {
  const kustomize = await kustomizeVersion(timeout)
  if (kustomize !== null && isNewEnough(kustomize)) return { program: 'kustomize', name: 'kustomize', version: kustomize.version }
  const kubectl = await kubectlVersion(timeout)
  if (kubectl !== null && isNewEnough(kubectl)) return { program: 'kubectl', name: 'kubectl kustomize', version: kubectl.version }
  const found = [kustomize, kubectl].map((older, i) => older === null ? `${i === 0 ? 'kustomize' : 'kubectl'} is not there`
    : `${older.program === 'kubectl' ? 'the kustomize in kubectl' : 'kustomize'} is ${older.version ?? 'of an unknown version'}`)
  throw new WritError('render/no-renderer', `Kustomize ${OLDEST_MAJOR}.0 or later is needed: ${found.join(', ')}.`)
}

async function kustomizeVersion(timeout: number): Promise<Older & { program: 'kustomize' } | null> {
  const result = await version('kustomize', ['version'], timeout)
  return result === null ? null : { program: 'kustomize', version: versionIn(result) }
}

async function kubectlVersion(timeout: number): Promise<Older & { program: 'kubectl' } | null> {
  const result = await version('kubectl', ['version', '--client', '-o', 'json'], timeout)
  return result === null ? null : { program: 'kubectl', version: versionIn(/"kustomizeVersion":\s*"([^"]*)"/.exec(result)?.[1] ?? '') }
}

async function version(program: 'kustomize' | 'kubectl', args: readonly string[], timeout: number): Promise<string | null> {
  try {
    const result = await run({ program, args, env: closedEnvironment(), timeout, maxOutput: 1024 * 1024 })
    return result.stdout.toString('utf8')
  } catch (error) {
    if (error instanceof WritError && error.code === 'render/no-renderer') return null
    throw error
  }
}

function versionIn(text: string): string | null {
  return /v?(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)/.exec(text)?.[1] ?? null
}

function isNewEnough(found: Older): found is Older & { version: string } {
  return found.version !== null && Number(found.version.split('.')[0]) >= OLDEST_MAJOR
}
