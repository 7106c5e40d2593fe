import { readApplicationSource, sourceOf } from '../../../model/application-source.ts'
import { isList, isObject, objectsAt, showJson, textAt, valueAt } from '../../../model/json.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import type { ArgoRef, ArgoValues, OwnerSource, RenderRules } from '../../../model/owner.ts'
import { unhonouredKey } from '../../../model/spec-keys.ts'
import type { SpecKeys } from '../../../model/spec-keys.ts'
import { unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import { isStale } from './applications.ts'
import { drySource, hydratorObstacle } from './hydrated-source.ts'

/** One source that an Application renders; `obstacle` is the first thing that Writ cannot honour in it. */
export interface SourceSpec { readonly source: OwnerSource, readonly render: RenderRules, readonly obstacle: Obstacle | null, /** Where it stands in the Application. */ readonly path: string, readonly raw: JsonObject }

/** An Application's spec as Writ understands it; `obstacle` is the first thing outside its sources that Writ cannot honour. */
export interface ApplicationSpec { readonly sources: readonly SourceSpec[], readonly obstacle: Obstacle | null }

// Every key of the Application spec is in one of these tables, or refused.
const SPEC: SpecKeys = { known: ['source', 'sources', 'sourceHydrator', 'destination', 'project', 'syncPolicy', 'ignoreDifferences', 'info', 'revisionHistoryLimit'], off: [] }
const DESTINATION: SpecKeys = { known: ['server', 'name', 'namespace'], off: [] }
const SYNC_POLICY: SpecKeys = { known: ['automated', 'syncOptions', 'retry', 'managedNamespaceMetadata'], off: [] }
const AUTOMATED: SpecKeys = { known: ['prune', 'selfHeal', 'allowEmpty', 'enabled'], off: [] }
/** Options of a sync that change how objects are applied, not what they say. */
const SYNC_OPTIONS: ReadonlySet<string> = new Set([
  'CreateNamespace', 'Validate', 'PruneLast', 'ApplyOutOfSyncOnly', 'PrunePropagationPolicy', 'SkipDryRunOnMissingResource', 'Replace', 'Force', 'Prune', 'Delete',
  'FailOnSharedResource', 'RespectIgnoreDifferences', 'ServerSideApply', 'DisableClientSideApplyMigration', 'ClientSideApplyMigration',
])

/** Reads the whole spec (argocd-flux.md 1.2). `controlPlanes`: the namespaces of the controller; none where nobody knows. */
export function applicationSpec(app: JsonObject, controlPlanes: readonly string[]): ApplicationSpec {
  const spec = valueAt(app, 'spec')
  const several = objectsAt(spec, 'sources')
  const dry = drySource(spec)
  if (dry !== null) return { sources: [sourceSpec(app, { source: dry, index: undefined, controlPlanes })], obstacle: keys(spec) ?? hydratorObstacle(spec) ?? full(app) }
  // spec.sources wins over spec.source.
  const found = several.length > 0 ? several.map((source, index) => ({ source, index })) : [{ source: valueAt(spec, 'source'), index: undefined }]
  const sources = found.filter(({ source }) => several.length === 0 || !isValuesOnly(source)).map(({ source, index }) => sourceSpec(app, { source, index, controlPlanes }))
  return { sources, obstacle: keys(spec) ?? full(app) }
}

interface Found { readonly source: Json | undefined, readonly index: number | undefined, readonly controlPlanes: readonly string[] }

function sourceSpec(app: JsonObject, { source, index, controlPlanes }: Found): SourceSpec {
  const hydrated = drySource(valueAt(app, 'spec')) !== null
  const path = hydrated ? 'spec.sourceHydrator.drySource' : index === undefined ? 'spec.source' : `spec.sources[${index}]`
  const raw = isObject(source) ? source : {}
  const values = valuesOf(app, controlPlanes)
  // A reference that others take values from changes nothing in what the source itself renders.
  const refs = refsOf(app)
  const read = readApplicationSource(index === undefined || !isObject(source) ? source : { ...source, ref: undefined }, { path, values, refs })
  const unhonoured = read.unhonoured === null ? null : unsupported(read.unhonoured.path, read.unhonoured.because)
  return {
    source: { ...read.source, ...index === undefined ? {} : { index }, ...hydrated ? { hydrated } : {} },
    render: { ...read.render, overridable: { source: raw, files: overrideFiles(app, values, controlPlanes), values, ...refs.length === 0 ? {} : { refs } } },
    obstacle: sourceKind(source, path) ?? unhonoured ?? status(app, index),
    path, raw,
  }
}

/** The sources that others may take value files from. */
function refsOf(app: JsonObject): readonly ArgoRef[] {
  return objectsAt(app, 'spec', 'sources').flatMap(source => {
    const name = textAt(source, 'ref')
    return name ? [{ name, url: textAt(source, 'repoURL') ?? '', revision: sourceOf(source).revision }] : []
  })
}

/** A source with a reference and no path only holds value files of others. */
function isValuesOnly(source: Json | undefined): boolean {
  return Boolean(textAt(source, 'ref')) && !textAt(source, 'path') && !textAt(source, 'chart')
}

function valuesOf(app: JsonObject, controlPlanes: readonly string[]): ArgoValues {
  const [name, namespace] = [textAt(app, 'metadata', 'name') ?? '', textAt(app, 'metadata', 'namespace') ?? '']
  return {
    name: namespace === '' || controlPlanes.length === 0 || controlPlanes.includes(namespace) ? name : `${namespace}_${name}`,
    namespace: textAt(app, 'spec', 'destination', 'namespace') ?? '', project: textAt(app, 'spec', 'project') ?? '',
  }
}

/** In the order in which they are merged. */
function overrideFiles(app: JsonObject, { name }: ArgoValues, controlPlanes: readonly string[]): readonly string[] {
  const namespace = textAt(app, 'metadata', 'namespace') ?? ''
  const own = controlPlanes.length === 0 && namespace !== '' ? [name, `${namespace}_${name}`] : [name]
  return ['.argocd-source.yaml', ...new Set(own.map(one => `.argocd-source-${one}.yaml`))]
}

function sourceKind(source: Json | undefined, path: string): Obstacle | null {
  if (textAt(source, 'chart')) return { code: 'NON_GIT_SOURCE', path: `${path}.chart`, because: 'so its manifests come from a chart repository' }
  if (textAt(source, 'repoURL')?.startsWith('oci://') === true) return { code: 'NON_GIT_SOURCE', path: `${path}.repoURL`, because: 'so its manifests come from an OCI registry' }
  return null
}

function keys(spec: Json | undefined): Obstacle | null {
  const path = unhonouredKey(spec, 'spec', SPEC)
    ?? unhonouredKey(valueAt(spec, 'destination'), 'spec.destination', DESTINATION)
    ?? unhonouredKey(valueAt(spec, 'syncPolicy'), 'spec.syncPolicy', SYNC_POLICY)
    ?? unhonouredKey(valueAt(spec, 'syncPolicy', 'automated'), 'spec.syncPolicy.automated', AUTOMATED)
  if (path !== null) return unsupported(path)
  const sources = valueAt(spec, 'sources')
  if (sources !== undefined && sources !== null && !(isList(sources) && sources.every(isObject))) return unsupported('spec.sources', 'which is not of the form that Argo CD takes')
  const option = unknownOption(valueAt(spec, 'syncPolicy', 'syncOptions'))
  return option === null ? null : unsupported(`spec.syncPolicy.syncOptions[${option}]`)
}

function unknownOption(options: Json | undefined): string | null {
  if (options === undefined || options === null) return null
  if (!isList(options)) return showJson(options)
  const unknown = options.find(option => typeof option !== 'string' || !SYNC_OPTIONS.has(option.split('=')[0] ?? ''))
  return unknown === undefined ? null : showJson(unknown)
}

/** What the controller found at the path, where it is nothing that Writ renders. */
function status(app: JsonObject, index: number | undefined): Obstacle | null {
  const types = valueAt(app, 'status', 'sourceTypes')
  const type = index === undefined ? textAt(app, 'status', 'sourceType') : isList(types) ? types[index] : undefined
  return type === 'Plugin' ? unsupported(index === undefined ? 'status.sourceType' : `status.sourceTypes[${index}]`, `which says ${type}`) : null
}

/** A status that the controller could no longer write. */
function full(app: JsonObject): Obstacle | null {
  return isStale(app) ? unsupported('status.conditions', 'which say that the status is too large to be kept up to date') : null
}
