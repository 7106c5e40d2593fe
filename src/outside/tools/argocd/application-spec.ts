import { isList, isObject, objectsAt, showJson, textAt, valueAt } from '../../../model/json.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import type { OwnerSource, RenderRules } from '../../../model/owner.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { plainPath } from '../../../model/plain-path.ts'
import { unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import { unhonouredKey } from '../../../model/spec-keys.ts'
import type { SpecKeys } from '../../../model/spec-keys.ts'

/** An Application's spec as Writ understands it; `obstacle` is the first thing that Writ cannot honour. */
export interface ApplicationSpec { readonly source: OwnerSource, readonly render: RenderRules, readonly obstacle: Obstacle | null }

// Every key of the Application spec is in one of these tables, or refused.
const SPEC: SpecKeys = { known: ['source', 'destination', 'project', 'syncPolicy', 'ignoreDifferences', 'info', 'revisionHistoryLimit'], off: ['sources', 'sourceHydrator'] }
const SOURCE: SpecKeys = { known: ['repoURL', 'path', 'targetRevision', 'name', 'directory', 'kustomize'], off: ['helm', 'plugin', 'chart', 'ref', 'tagPrefix'] }
const DIRECTORY: SpecKeys = { known: ['recurse', 'include', 'exclude'], off: [] }
const DESTINATION: SpecKeys = { known: ['server', 'name', 'namespace'], off: [] }
const SYNC_POLICY: SpecKeys = { known: ['automated', 'syncOptions', 'retry', 'managedNamespaceMetadata'], off: [] }
const AUTOMATED: SpecKeys = { known: ['prune', 'selfHeal', 'allowEmpty', 'enabled'], off: [] }
/** Every one of them changes the rendered objects. */
const KUSTOMIZE: SpecKeys = {
  known: [],
  off: ['namePrefix', 'nameSuffix', 'images', 'replicas', 'patches', 'components', 'commonLabels', 'commonAnnotations', 'namespace', 'version',
    'forceCommonLabels', 'forceCommonAnnotations', 'commonAnnotationsEnvsubst', 'labelWithoutSelector', 'labelIncludeTemplates',
    'ignoreMissingComponents', 'kubeVersion', 'apiVersions'],
}
/** Options of a sync that change how objects are applied, not what they say. */
const SYNC_OPTIONS: ReadonlySet<string> = new Set([
  'CreateNamespace', 'Validate', 'PruneLast', 'ApplyOutOfSyncOnly', 'PrunePropagationPolicy', 'SkipDryRunOnMissingResource', 'Replace', 'Force', 'Prune', 'Delete',
  'FailOnSharedResource', 'RespectIgnoreDifferences', 'ServerSideApply', 'DisableClientSideApplyMigration', 'ClientSideApplyMigration',
])

/** Reads the whole spec (argocd-flux.md 1.2). The first key that can change what is deployed and is not honoured is the obstacle. */
export function applicationSpec(app: KubernetesObject): ApplicationSpec {
  const spec = valueAt(app, 'spec')
  const source = valueAt(spec, 'source')
  return { source: sourceOf(source), render: renderOf(source), obstacle: sourceKind(source) ?? keys(spec, source) ?? status(app) }
}

/** Where a source object points, normalised: no outer slashes, HEAD where no revision is named. */
export function sourceOf(source: Json | undefined): OwnerSource {
  return {
    url: textAt(source, 'repoURL') ?? '',
    revision: (textAt(source, 'targetRevision') || 'HEAD').replace(/^refs\/heads\//, ''),
    path: plainPath(textAt(source, 'path') ?? ''),
  }
}

function renderOf(source: Json | undefined): RenderRules {
  const directory = valueAt(source, 'directory')
  const [include, exclude] = [textAt(directory, 'include'), textAt(directory, 'exclude')]
  const rules = { recurse: valueAt(directory, 'recurse') === true, ...(include ? { include } : {}), ...(exclude ? { exclude } : {}) }
  // A key that is present, even empty, is an explicit type for Argo CD.
  const format = isObject(valueAt(source, 'kustomize')) ? 'kustomize' : isObject(directory) ? 'directory' : 'auto'
  return { format, loadRestrictor: 'root', directory: rules }
}

function sourceKind(source: Json | undefined): Obstacle | null {
  if (textAt(source, 'chart')) return { code: 'NON_GIT_SOURCE', path: 'spec.source.chart', because: 'so its manifests come from a chart repository' }
  if (textAt(source, 'repoURL')?.startsWith('oci://') === true) return { code: 'NON_GIT_SOURCE', path: 'spec.source.repoURL', because: 'so its manifests come from an OCI registry' }
  return null
}

function keys(spec: Json | undefined, source: Json | undefined): Obstacle | null {
  const path = unhonouredKey(spec, 'spec', SPEC)
    ?? (isObject(source) ? null : 'spec.source')
    ?? unhonouredKey(source, 'spec.source', SOURCE)
    ?? unhonouredKey(valueAt(source, 'kustomize'), 'spec.source.kustomize', KUSTOMIZE)
    ?? unhonouredKey(valueAt(source, 'directory'), 'spec.source.directory', withoutJsonnet(valueAt(source, 'directory')))
    ?? unhonouredKey(valueAt(spec, 'destination'), 'spec.destination', DESTINATION)
    ?? unhonouredKey(valueAt(spec, 'syncPolicy'), 'spec.syncPolicy', SYNC_POLICY)
    ?? unhonouredKey(valueAt(spec, 'syncPolicy', 'automated'), 'spec.syncPolicy.automated', AUTOMATED)
  if (path !== null) return unsupported(path)
  if (isObject(valueAt(source, 'kustomize')) && isObject(valueAt(source, 'directory'))) return unsupported('spec.source.directory', 'beside spec.source.kustomize: Argo CD takes one of the two only')
  if (sourceOf(source).path.split('/').includes('..')) return unsupported('spec.source.path', 'which leaves the repository')
  const option = unknownOption(valueAt(spec, 'syncPolicy', 'syncOptions'))
  return option === null ? null : unsupported(`spec.syncPolicy.syncOptions[${option}]`)
}

/** Argo CD's own defaulting leaves an empty jsonnet object behind. */
function withoutJsonnet(directory: Json | undefined): SpecKeys {
  const jsonnet = valueAt(directory, 'jsonnet')
  return isObject(jsonnet) && Object.keys(jsonnet).length === 0 ? { ...DIRECTORY, known: [...DIRECTORY.known, 'jsonnet'] } : { ...DIRECTORY, off: ['jsonnet'] }
}

function unknownOption(options: Json | undefined): string | null {
  if (options === undefined || options === null) return null
  if (!isList(options)) return showJson(options)
  const unknown = options.find(option => typeof option !== 'string' || !SYNC_OPTIONS.has(option.split('=')[0] ?? ''))
  return unknown === undefined ? null : showJson(unknown)
}

/** What the controller found at the path, where it is nothing that Writ renders; and a status that it could no longer write. */
function status(app: KubernetesObject): Obstacle | null {
  const type = textAt(app, 'status', 'sourceType')
  if (type === 'Helm' || type === 'Plugin') return unsupported('status.sourceType', `which says ${type}`)
  const full = objectsAt(app, 'status', 'conditions').some(isTooLarge)
  return full ? unsupported('status.conditions', 'which say that the status is too large to be kept up to date') : null
}

function isTooLarge(condition: JsonObject): boolean {
  return condition['type'] === 'UnknownError' && (textAt(condition, 'message') ?? '').includes('resource size limit')
}
