import { isList, isObject, objectAt, textAt, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { metaText } from '../api.ts'
import { durationOf } from './conditions.ts'

/** The part of a HelmRelease's spec that the stand-in carries out. */
export interface ReleaseSpec {
  readonly release: string
  readonly namespace: string
  readonly chart: { readonly namespace: string, readonly name: string, readonly spec: JsonObject }
  readonly values: JsonObject
  readonly valuesFrom: readonly { readonly name: string, readonly key: string, readonly optional: boolean }[]
  readonly dependsOn: readonly { readonly namespace: string, readonly name: string }[]
  readonly timeout: number
  readonly wait: boolean
  /** What follows a failed upgrade. */
  readonly remediation: { readonly retries: number, readonly rolledBack: boolean }
}

const KNOWN = new Set(['chart', 'interval', 'timeout', 'suspend', 'releaseName', 'targetNamespace', 'values', 'valuesFrom', 'dependsOn', 'install', 'upgrade', 'maxHistory'])
const KNOWN_ACTION = new Set(['remediation', 'disableWait', 'createNamespace'])

/** Reads a spec. Throws where the stand-in cannot do what it asks for: it never leaves a part out. */
export function readRelease(release: KubernetesObject): ReleaseSpec {
  const spec = valueAt(release, 'spec')
  const unknown = keysOf(spec).find(key => !KNOWN.has(key)) ?? ['install', 'upgrade'].flatMap(action => keysOf(valueAt(spec, action)).filter(key => !KNOWN_ACTION.has(key)).map(key => `${action}.${key}`))[0]
  if (unknown !== undefined) throw new Error(`the sandbox's Flux does not know spec.${unknown}`)
  const chart = valueAt(spec, 'chart', 'spec')
  if (!isObject(chart)) throw new Error('the sandbox\'s Flux knows releases with spec.chart only')
  const [own, name] = [metaText(release, 'namespace'), metaText(release, 'name')]
  const target = textAt(spec, 'targetNamespace')
  const retries = Number(valueAt(spec, 'upgrade', 'remediation', 'retries') ?? 0)
  const last = valueAt(spec, 'upgrade', 'remediation', 'remediateLastFailure')
  return {
    release: textAt(spec, 'releaseName') ?? (target === undefined ? name : `${target}-${name}`), namespace: target ?? own,
    chart: { namespace: textAt(chart, 'sourceRef', 'namespace') ?? own, name: `${own}-${name}`, spec: chart },
    values: objectAt(spec, 'values'), valuesFrom: listOf(valueAt(spec, 'valuesFrom')).map(valuesReference),
    dependsOn: listOf(valueAt(spec, 'dependsOn')).map(one => ({ namespace: textAt(one, 'namespace') ?? own, name: textAt(one, 'name') ?? '' })),
    timeout: durationOf(valueAt(spec, 'timeout'), 300_000), wait: valueAt(spec, 'upgrade', 'disableWait') !== true,
    // Where retries are asked for, the last failure is remediated too unless that is ruled out.
    remediation: { retries, rolledBack: retries === 0 ? last === true : last !== false },
  }
}

function valuesReference(one: Json): ReleaseSpec['valuesFrom'][number] {
  if (textAt(one, 'kind') !== 'ConfigMap' || textAt(one, 'targetPath') !== undefined) throw new Error('the sandbox\'s Flux knows spec.valuesFrom of whole ConfigMap keys only')
  return { name: textAt(one, 'name') ?? '', key: textAt(one, 'valuesKey') ?? 'values.yaml', optional: valueAt(one, 'optional') === true }
}

/** The HelmChart that a release makes of its template. */
export function chartOf(release: KubernetesObject, spec: ReleaseSpec): KubernetesObject {
  const { chart, sourceRef, version, interval, reconcileStrategy } = spec.chart.spec
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart',
    metadata: {
      name: spec.chart.name, namespace: spec.chart.namespace,
      labels: { 'helm.toolkit.fluxcd.io/name': metaText(release, 'name'), 'helm.toolkit.fluxcd.io/namespace': metaText(release, 'namespace') },
    },
    spec: {
      chart: chart ?? '', version: version ?? '*', interval: interval ?? valueAt(release, 'spec', 'interval') ?? '1m', reconcileStrategy: reconcileStrategy ?? 'ChartVersion',
      sourceRef: { kind: textAt(sourceRef, 'kind') ?? '', name: textAt(sourceRef, 'name') ?? '' },
    },
  }
}

/** Values laid over others: maps are merged, null takes a key away, everything else is replaced. */
export function overlaid(under: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    if (value === null) delete merged[key]
    else merged[key] = isObject(value) && isObject(below) ? overlaid(below, value) : value
  }
  return merged
}

function keysOf(value: Json | undefined): readonly string[] {
  return isObject(value) ? Object.keys(value) : []
}

function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : []
}
