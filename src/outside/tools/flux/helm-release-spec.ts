import { createHash } from 'node:crypto'
import type { HelmLayer, HelmRules, PostRender, ValuesFrom } from '../../../model/helm.ts'
import { setPath, valueAtPath } from '../../../model/helm-set.ts'
import { isList, isObject, objectsAt, textAt, valueAt } from '../../../model/json.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import type { CommonMetadata, ImageOverride } from '../../../model/overlay.ts'
import { plainPath } from '../../../model/plain-path.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { unhonouredKey } from '../../../model/spec-keys.ts'
import type { SpecKeys } from '../../../model/spec-keys.ts'
import { unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import { HELM_GROUP, SOURCE_GROUP } from './flux-kinds.ts'
import { branchOf, gitObstacle } from './kustomization-spec.ts'

// Every key of the HelmRelease spec is in one of these tables, or refused (argocd-flux.md 2).
const SPEC: SpecKeys = {
  known: ['interval', 'chart', 'chartRef', 'kubeConfig', 'suspend', 'releaseName', 'targetNamespace', 'storageNamespace', 'dependsOn', 'timeout', 'maxHistory', 'serviceAccountName',
    'persistentClient', 'driftDetection', 'install', 'upgrade', 'test', 'rollback', 'uninstall', 'valuesFrom', 'values', 'commonMetadata', 'postRenderers', 'postRenderStrategy',
    'waitStrategy', 'healthCheckExprs'],
  off: [],
}
const CHART: SpecKeys = { known: ['chart', 'version', 'sourceRef', 'interval', 'reconcileStrategy', 'valuesFiles', 'ignoreMissingValuesFiles', 'verify'], off: ['valuesFile'] }
const REFERENCE: SpecKeys = { known: ['kind', 'name', 'valuesKey', 'targetPath', 'optional', 'literal'], off: [] }
const POST_RENDERER: SpecKeys = { known: ['kustomize'], off: [] }
const KUSTOMIZE: SpecKeys = { known: ['patches', 'images'], off: ['patchesStrategicMerge', 'patchesJson6902'] }
const LONGEST_NAME = 53

/** A HelmRelease as Writ understands it: the chart's folder in Git and how it is rendered; `obstacle` is the first thing that Writ cannot honour. */
export interface HelmReleaseSpec { readonly source: { readonly url: string, readonly revision: string, readonly path: string }, readonly rules: HelmRules, readonly obstacle: Obstacle | null }

/** Reads the whole spec. `around` are manifests that may be its HelmChart and its GitRepository. Objects of `valuesFrom` are named, not read. */
export function helmReleaseSpec(release: KubernetesObject, around: readonly KubernetesObject[]): HelmReleaseSpec {
  const spec = valueAt(release, 'spec')
  const chart = chartOf(release, around)
  const repository = chart.repository
  return {
    source: { url: repository === null ? '' : textAt(repository, 'spec', 'url') ?? '', revision: repository === null ? '' : branchOf(repository), path: plainPath(textAt(chart.spec, 'chart') ?? '') },
    rules: rulesOf(release, chart.spec),
    obstacle: chart.obstacle ?? specObstacle(spec) ?? (repository === null ? null : gitObstacle(repository)),
  }
}

interface Chart { readonly spec: Json | undefined, readonly repository: KubernetesObject | null, readonly obstacle: Obstacle | null }

/** `spec.chart`, or the HelmChart that `spec.chartRef` names; from Git or refused. */
function chartOf(release: KubernetesObject, around: readonly KubernetesObject[]): Chart {
  const namespace = textAt(release, 'metadata', 'namespace') ?? ''
  const reference = valueAt(release, 'spec', 'chartRef')
  if (!isObject(reference)) return fromGit(valueAt(release, 'spec', 'chart', 'spec'), { path: 'spec.chart.spec', namespace, around })
  const kind = textAt(reference, 'kind') ?? ''
  const none = { spec: undefined, repository: null }
  if (kind !== 'HelmChart') return { ...none, obstacle: { code: 'NON_GIT_SOURCE', path: `spec.chartRef.kind ${kind}`, because: 'so its chart does not come from Git' } }
  const found = named(around, { kind, name: textAt(reference, 'name') ?? '', namespace: textAt(reference, 'namespace') || namespace })
  if (found === null) return { ...none, obstacle: unsupported('spec.chartRef', 'whose HelmChart is not known') }
  return fromGit(valueAt(found, 'spec'), { path: 'HelmChart spec', namespace: textAt(found, 'metadata', 'namespace') ?? namespace, around })
}

function fromGit(spec: Json | undefined, of: { readonly path: string, readonly namespace: string, readonly around: readonly KubernetesObject[] }): Chart {
  const kind = textAt(spec, 'sourceRef', 'kind') ?? ''
  const chart = textAt(spec, 'chart') ?? ''
  const path = unhonouredKey(spec, of.path, of.path.startsWith('HelmChart') ? { ...CHART, known: [...CHART.known, 'suspend', 'accessFrom'] } : CHART)
  const repository = named(of.around, { kind: 'GitRepository', name: textAt(spec, 'sourceRef', 'name') ?? '', namespace: textAt(spec, 'sourceRef', 'namespace') || of.namespace })
  const obstacle: Obstacle | null = kind !== 'GitRepository' ? { code: 'NON_GIT_SOURCE', path: `${of.path}.sourceRef.kind ${kind}`, because: 'so its chart does not come from Git' }
    : path !== null ? unsupported(path)
    : /\.t(?:ar\.)?gz$/.test(chart) ? unsupported(`${of.path}.chart`, 'which is a packed chart')
    : plainPath(chart).split('/').includes('..') || chart === '' ? unsupported(`${of.path}.chart`, 'which is no folder of the repository') : null
  return { spec, repository: kind === 'GitRepository' ? repository : null, obstacle }
}

function named(around: readonly KubernetesObject[], of: { readonly kind: string, readonly name: string, readonly namespace: string }): KubernetesObject | null {
  return around.find(one => one.kind === of.kind && one.apiVersion.startsWith(`${SOURCE_GROUP}/`) && textAt(one, 'metadata', 'name') === of.name && (textAt(one, 'metadata', 'namespace') ?? of.namespace) === of.namespace) ?? null
}

function specObstacle(spec: Json | undefined): Obstacle | null {
  const path = unhonouredKey(spec, 'spec', SPEC)
    ?? firstOf(spec, 'valuesFrom', REFERENCE) ?? firstOf(spec, 'postRenderers', POST_RENDERER)
    ?? objectsAt(spec, 'postRenderers').map((stage, i) => unhonouredKey(stage['kustomize'], `spec.postRenderers[${i}].kustomize`, KUSTOMIZE)).find(found => found !== null) ?? null
  if (path !== null) return unsupported(path)
  if (valueAt(spec, 'upgrade', 'preserveValues') === true) return unsupported('spec.upgrade.preserveValues', 'so values that were once given stay in effect')
  const values = valueAt(spec, 'values') ?? {}
  if (!isObject(values)) return unsupported('spec.values', 'which is no map')
  const clash = objectsAt(spec, 'valuesFrom').findIndex(reference => {
    const target = setPath(textAt(reference, 'targetPath') ?? '')
    return target !== null && valueAtPath(values, target) !== undefined
  })
  return clash < 0 ? null : unsupported(`spec.valuesFrom[${clash}].targetPath`, 'which spec.values sets too')
}

function firstOf(spec: Json | undefined, key: string, keys: SpecKeys): string | null {
  const list = valueAt(spec, key)
  if (list === undefined || list === null) return null
  if (!isList(list)) return `spec.${key}`
  return list.map((item, i) => isObject(item) ? unhonouredKey(item, `spec.${key}[${i}]`, keys) : `spec.${key}[${i}]`).find(found => found !== null) ?? null
}

function rulesOf(release: KubernetesObject, chart: Json | undefined): HelmRules {
  const spec = valueAt(release, 'spec')
  const [name, own] = [textAt(release, 'metadata', 'name') ?? '', textAt(release, 'metadata', 'namespace') ?? '']
  const target = textAt(spec, 'targetNamespace') ?? ''
  const values = valueAt(spec, 'values')
  const files = textsAt(chart, 'valuesFiles').map(plainPath)
  const inline: readonly HelmLayer[] = isObject(values) ? [{ kind: 'values', name: 'spec.values', values, at: ['spec', 'values'], place: null }] : []
  return {
    by: 'flux', release: shortened(textAt(spec, 'releaseName') || (target === '' ? name : `${target}-${name}`)), namespace: target || own || null,
    valueFiles: [], ignoreMissing: valueAt(chart, 'ignoreMissingValuesFiles') === true, defaults: files.length === 1 && files[0] === 'values.yaml' ? [] : files,
    layers: [...objectsAt(spec, 'valuesFrom').map((reference, i) => valuesFrom(reference, i, own)), ...inline],
    homes: inline.length > 0 ? [] : [{ style: 'values', name: 'spec.values', at: ['spec', 'values'], place: null }],
    crds: true, tests: valueAt(spec, 'test', 'enable') === true, hooks: valueAt(spec, 'upgrade', 'disableHooks') !== true, schema: valueAt(spec, 'upgrade', 'disableSchemaValidation') !== true,
    apiVersions: [], postRender: objectsAt(spec, 'postRenderers').flatMap(postRender), ...metadataOf(spec),
    labels: { [`${HELM_GROUP}/name`]: name, ...own === '' ? {} : { [`${HELM_GROUP}/namespace`]: own } },
    byVersion: textAt(chart, 'reconcileStrategy') !== 'Revision',
  }
}

function valuesFrom(reference: JsonObject, i: number, namespace: string): ValuesFrom {
  return {
    kind: 'from', name: `spec.valuesFrom[${i}]`, place: null, object: { kind: reference['kind'] === 'Secret' ? 'Secret' : 'ConfigMap', namespace, name: textAt(reference, 'name') ?? '' },
    key: textAt(reference, 'valuesKey') || 'values.yaml', target: textAt(reference, 'targetPath') || null, literal: reference['literal'] === true, optional: reference['optional'] === true,
  }
}

function postRender(stage: JsonObject, i: number): readonly PostRender[] {
  const kustomize = stage['kustomize']
  if (!isObject(kustomize)) return []
  const images = objectsAt(kustomize, 'images').map((image): ImageOverride => ({
    name: textAt(image, 'name') ?? '', ...textOf(image, 'newName'), ...textOf(image, 'newTag'), ...textOf(image, 'digest'),
  }))
  return [{ name: `spec.postRenderers[${i}]`, at: ['spec', 'postRenderers', i, 'kustomize'], place: null, patches: objectsAt(kustomize, 'patches'), images }]
}

function textOf(image: JsonObject, key: 'newName' | 'newTag' | 'digest'): Partial<ImageOverride> {
  const text = textAt(image, key)
  return text ? { [key]: text } : {}
}

function metadataOf(spec: Json | undefined): { readonly metadata?: CommonMetadata } {
  const metadata = valueAt(spec, 'commonMetadata')
  return isObject(metadata) ? { metadata: { labels: textsIn(metadata['labels']), annotations: textsIn(metadata['annotations']) } } : {}
}

function textsIn(map: Json | undefined): Readonly<Record<string, string>> {
  return isObject(map) ? Object.fromEntries(Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string')) : {}
}

function textsAt(value: Json | undefined, key: string): readonly string[] {
  const list = valueAt(value, key)
  return isList(list) ? list.filter(item => typeof item === 'string') : []
}

/** helm-controller `internal/release/name.go`. */
function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name
  return `${name.slice(0, 40)}-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`
}
