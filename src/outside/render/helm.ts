import { realpath } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { posix } from 'node:path'
import type { HelmJob } from '../../model/helm.ts'
import { metadataText, refKey, refOf } from '../../model/resource.ts'
import type { RenderJob, RenderResult, RenderedObject, Renderer } from '../../flow/ports.ts'
import { helmOutputReader } from './helm-output.ts'
import type { PrintedObject } from './helm-output.ts'
import { postRendered } from './helm-post-render.ts'
import { helmProgram } from './helm-program.ts'
import { stageChart } from './helm-stage.ts'
import type { Staged } from './helm-stage.ts'
import { absenceOf } from './kustomize.ts'
import { kustomizeProgram } from './kustomize-program.ts'
import { renderedTextReader } from './rendered-text.ts'
import { withMetadata } from './substituted.ts'
import { together } from './worktree-turns.ts'

type Failure = Extract<RenderResult, { ok: false }>

const CHANCE = /\{\{[^}]*\b(?:rand[A-Z]\w*|shuffle|uuidv4|genCA\w*|genPrivateKey|genSelfSignedCert\w*|genSignedCert\w*|htpasswd|bcrypt|encryptAES)\b/
const TIME = /\{\{[^}]*\b(?:now|ago)\b/
/** Hooks that Argo CD runs; it leaves out all others (gitops-engine `pkg/sync/hook/helm`). */
const ARGO_HOOKS = /(?:^|,)\s*(?:pre-install|pre-upgrade|post-install|post-upgrade|crd-install)\s*(?:,|$)/

/** Renders a chart of the repository with its owner's values, as Argo CD (`helm template`) and Flux (the same, then its post-renderers) do. */
export function helmRenderer(options: { readonly timeoutMs: number }): Renderer {
  const helm = helmProgram(options)
  const kustomize = kustomizeProgram(options)
  const readHelm = helmOutputReader()
  const readKustomize = renderedTextReader()

  async function render(job: RenderJob, rules: HelmJob): Promise<RenderResult> {
    const root = await realpath(job.dir)
    const staged = await together(root, () => stageChart({ root, chart: job.path, helm: rules, isAbsent: absenceOf(job) }))
    if (!('cwd' in staged)) return staged
    try {
      const varies = variation(staged)
      // What tells the time tells another one in the next second.
      if (job.again === true && varies === 'time') await sleep(1100)
      const printed = await helm.template({ ...rules, cwd: staged.cwd, values: staged.values, sets: staged.sets, upgrade: rules.by === 'flux' })
      if (!printed.ok) return { ok: false, message: withChart(printed.message, job.path) }
      const output = readHelm(printed.text, source => fileOf(source, job.path))
      if (!output.ok) return output
      const objects = await finished(rules, output.objects.filter(object => isDeployed(object, rules)))
      return 'ok' in objects ? objects : { ok: true, objects, ...output.values === null ? {} : { values: output.values }, ...varies === null ? {} : { varies: true } }
    } finally {
      await staged.dispose()
    }
  }

  /** What Flux does after Helm. Definitions of `crds/` are not part of it. */
  async function finished(rules: HelmJob, objects: readonly PrintedObject[]): Promise<readonly RenderedObject[] | Failure> {
    if (rules.postRender.length === 0) return objects.map(one => marked(one, rules))
    const [definitions, made] = [objects.filter(({ crd }) => crd), objects.filter(({ crd }) => !crd)]
    const built = await postRendered(kustomize, made.map(({ object }) => JSON.stringify(object)).join('\n---\n'), rules.postRender)
    if (!built.ok) return built
    const after = readKustomize(built.text, {})
    if (!after.ok) return after
    const known = new Map(made.map(one => [refKey(refOf(one.object)), one]))
    const kept = after.objects.map(({ object }): RenderedObject => {
      const before = known.get(refKey(refOf(object)))
      return { object, origin: null, ...before === undefined ? {} : { source: before.source, ...before.hook === true ? { hook: true } : {} } }
    })
    return [...definitions.map(bare), ...kept.map(one => marked(one, rules))]
  }

  return {
    format: 'helm',
    info: () => helm.info(),
    async render(job) {
      return job.helm === undefined ? { ok: false, message: `Nothing says how the chart ${job.path} is rendered.` } : render(job, job.helm)
    },
  }
}

function variation({ texts, packed }: Staged): 'chance' | 'time' | null {
  if (texts.some(text => TIME.test(text))) return 'time'
  return packed || texts.some(text => CHANCE.test(text)) ? 'chance' : null
}

/** The chart's folder for the name of the chart, which helm puts before each path. */
function fileOf(source: string, chart: string): string {
  return posix.join(chart, source.slice(source.indexOf('/') + 1))
}

/** Helm names templates by the chart's name; the throw-away folder is called `chart`. */
function withChart(message: string, chart: string): string {
  return message.replaceAll('./chart', chart === '' ? '.' : chart).replace(/\bchart\/(?=templates|charts|values|Chart\.yaml)/g, chart === '' ? '' : `${chart}/`)
}

function isDeployed({ object }: PrintedObject, { by, tests }: HelmJob): boolean {
  const hook = metadataText(object, 'annotations', 'helm.sh/hook')
  if (hook === undefined || metadataText(object, 'annotations', 'argocd.argoproj.io/hook') !== undefined) return true
  return by === 'argocd' ? ARGO_HOOKS.test(hook) : tests || !/^\s*test/.test(hook)
}

function bare({ object, source, hook }: PrintedObject): RenderedObject {
  return { object, origin: null, source, ...hook === true ? { hook } : {} }
}

/** The owner's labels and annotations; its own labels come last (helm-controller `internal/postrender`). */
function marked(one: RenderedObject & { readonly crd?: boolean }, { metadata, labels }: HelmJob): RenderedObject {
  const plain = { object: one.object, origin: null, ...one.source === undefined ? {} : { source: one.source }, ...one.hook === true ? { hook: true as const } : {} }
  if (one.crd === true || (metadata === undefined && labels === undefined)) return plain
  const all: { readonly labels: Readonly<Record<string, string>>, readonly annotations: Readonly<Record<string, string>> } = { labels: { ...metadata?.labels, ...labels }, annotations: metadata?.annotations ?? {} }
  const result = withMetadata({ ok: true, objects: [plain] }, all)
  return result.ok ? result.objects[0] ?? plain : plain
}
