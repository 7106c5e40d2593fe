import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { isObject, textAt, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { metadataText } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { metaText } from '../api.ts'
import { behaviourOf } from '../behaviour.ts'
import { startLoop } from '../loop.ts'
import type { Running } from '../loop.ts'
import { durationOf, timestamp, withConditions } from './conditions.ts'
import { GIT_REPOSITORY, REQUESTED_AT } from './source-controller.ts'
import type { FluxOptions } from './source-controller.ts'
import { statusWriter } from './status-writer.ts'

export const HELM_CHART = { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'HelmChart' }
/** Where the artifact says which commit it was packed from: the stand-in keeps no archive. */
export const PACKED_FROM = 'sandbox.writ.dev/commit'

interface State { generation: number, handled: string | undefined, revision: string | null, at: number }

const KNOWN = new Set(['chart', 'version', 'sourceRef', 'interval', 'reconcileStrategy', 'suspend'])

/** Starts the part of source-controller that packs charts from GitRepositories. */
export function startHelmChartController(options: FluxOptions): Running {
  const states = new Map<string, State>()
  return startLoop({
    interval: options.interval ?? 200, list: () => options.api.list(HELM_CHART),
    reconcile: chart => {
      const key = metaText(chart, 'uid')
      const state = states.get(key) ?? { generation: 0, handled: textAt(chart, 'status', 'lastHandledReconcileAt'), revision: null, at: 0 }
      states.set(key, state)
      return reconcile(options, chart, state)
    },
  })
}

async function reconcile(options: FluxOptions, chart: KubernetesObject, state: State): Promise<void> {
  const behaviour = behaviourOf(options.behaviours, chart)
  if (behaviour === 'silent') return
  const requested = metadataText(chart, 'annotations', REQUESTED_AT)
  const handled = requested === undefined ? {} : { lastHandledReconcileAt: requested }
  const write = statusWriter(options.api, chart, { manager: 'source-controller', frozen: behaviour === 'frozen' })
  if (valueAt(chart, 'spec', 'suspend') === true) {
    if (requested !== state.handled) await write(old => ({ ...old, ...handled }))
    state.handled = requested
    return
  }
  const source = await options.api.get({ ...GIT_REPOSITORY, namespace: metaText(chart, 'namespace'), name: textAt(chart, 'spec', 'sourceRef', 'name') ?? '' })
  const revision = textAt(source ?? {}, 'status', 'artifact', 'revision') ?? null
  const generation = Number(chart.metadata['generation'] ?? 1)
  const every = options.poll ?? durationOf(valueAt(chart, 'spec', 'interval'), 60_000)
  if (generation === state.generation && requested === state.handled && revision === state.revision && Date.now() - state.at < every) return
  Object.assign(state, { generation, handled: requested, revision, at: Date.now() })
  try {
    if (revision === null) throw new ChartFailed('NoSourceArtifact', `no artifact available for GitRepository source '${textAt(chart, 'spec', 'sourceRef', 'name') ?? ''}'`)
    const packed = await pack(options, chart, { url: textAt(source ?? {}, 'spec', 'url') ?? '', revision })
    await write(old => ({ ...old, ...handled, ...stored(old, packed, generation) }))
  } catch (error) {
    const reason = error instanceof ChartFailed ? error.reason : 'ChartPackageError'
    const message = error instanceof Error ? error.message : String(error)
    await write(old => ({
      ...old, ...handled, ...revision === null ? {} : { observedSourceArtifactRevision: revision },
      conditions: withConditions(old, {
        set: [{ type: 'Ready', status: 'False', reason, message }, { type: reason === 'NoSourceArtifact' ? 'FetchFailed' : 'BuildFailed', status: 'True', reason, message }], generation,
      }),
    }))
  }
}

class ChartFailed extends Error {
  readonly reason: string
  constructor(reason: string, message: string) {
    super(message)
    this.name = 'ChartFailed'
    this.reason = reason
  }
}

interface Packed { readonly name: string, readonly version: string, readonly commit: string, readonly source: string, readonly path: string }

async function pack(options: FluxOptions, chart: KubernetesObject, source: { readonly url: string, readonly revision: string }): Promise<Packed> {
  const spec = valueAt(chart, 'spec')
  const unknown = Object.keys(isObject(spec) ? spec : {}).find(key => !KNOWN.has(key))
  if (unknown !== undefined) throw new Error(`the sandbox's Flux does not know HelmChart spec.${unknown}`)
  if (textAt(spec, 'sourceRef', 'kind') !== 'GitRepository') throw new Error('the sandbox\'s Flux knows charts from a GitRepository only')
  const commit = source.revision.slice(-40)
  const { folder } = await options.sources.checkout(source.url, commit)
  const path = join(folder, textAt(spec, 'chart') ?? '', 'Chart.yaml')
  if (!existsSync(path)) throw new ChartFailed('InvalidChartReference', `invalid chart reference: stat ${textAt(spec, 'chart') ?? ''}: no such file or directory`)
  const metadata: Json = JSON.parse(JSON.stringify(parse(await readFile(path, 'utf8')) ?? {}))
  const [name, version] = [textAt(metadata, 'name') ?? '', textAt(metadata, 'version') ?? '']
  const shown = textAt(spec, 'reconcileStrategy') === 'Revision' ? `${version}+${commit.slice(0, 12)}` : version
  return { name, version: shown, commit, source: source.revision, path: `helmchart/${metaText(chart, 'namespace')}/${metaText(chart, 'name')}/${name}-${shown}.tgz` }
}

/** With the strategy ChartVersion an artifact of the same version stays as it was, whatever became of its files (argocd-flux.md 0.8). */
function stored(old: JsonObject, packed: Packed, generation: number): JsonObject {
  const before = old['artifact']
  const same = textAt(before, 'revision') === packed.version && textAt(before, 'path') === packed.path
  const message = `packaged '${packed.name}' chart with version '${packed.version}'`
  return {
    observedGeneration: generation, observedChartName: packed.name, observedSourceArtifactRevision: packed.source,
    artifact: same && isObject(before) ? before : {
      path: packed.path, url: `http://source-controller.flux-system.svc.cluster.local./${packed.path}`, revision: packed.version,
      digest: `sha256:${packed.commit.padEnd(64, '0')}`, lastUpdateTime: timestamp(), metadata: { [PACKED_FROM]: packed.commit },
    },
    conditions: withConditions(old, {
      set: [{ type: 'Ready', status: 'True', reason: 'ChartPackageSucceeded', message }, { type: 'ArtifactInStorage', status: 'True', reason: 'ChartPackageSucceeded', message }],
      remove: ['FetchFailed', 'BuildFailed', 'Reconciling', 'Stalled'], generation,
    }),
  }
}
