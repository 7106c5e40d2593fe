import { createHash } from 'node:crypto'
import { kustomizationOf } from './build.ts'
import type { EditCase } from './cases.ts'
import { directoryOf } from './consumers.ts'
import { targetsOf } from './field.ts'
import type { LaidOut } from './laid-out.ts'
import type { Fields, Value } from './manifests.ts'
import { isFields, isList, manifestsOf } from './manifests.ts'
import { newValue } from './new-value.ts'
import { directoriesOf } from './random-cases.ts'

type Scalar = string | number | boolean
interface Spot { readonly container: string | null, readonly field: string, readonly value: Value | undefined }

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Rollout'])

/** Cases of a repository that is not in the benchmark, made by the benchmark's rules (testing.md 6.2); always the same ones. */
export async function madeCases(repository: LaidOut, ask: { readonly repo: string, readonly count: number }): Promise<readonly EditCase[]> {
  const found: EditCase[] = []
  for (const path of directoriesOf(repository.folder)) {
    const kustomized = kustomizationOf(repository.folder, path) !== null
    // A component renders only as a part of others, and a directory below a kustomization is most often a part of one.
    if (kustomized ? repository.consumers.components.has(path) : below(path).some(above => kustomizationOf(repository.folder, above) !== null)) continue
    const text = await repository.before({ path, way: 'asked', restrictor: 'root' })
    if (text === null || text.length > 8_000_000) continue
    const manifests = manifestsOf(text)
    for (const { value } of manifests) found.push(...casesOf(value, { repository, path, repo: ask.repo, kustomized }).filter(one => targetsOf(one, manifests).length === 1))
  }
  return found.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, ask.count)
}

interface At { readonly repository: LaidOut, readonly path: string, readonly repo: string, readonly kustomized: boolean }

function casesOf(value: Value, at: At): readonly EditCase[] {
  if (!isFields(value)) return []
  const [kind, metadata] = [value['kind'], value['metadata']]
  const name = isFields(metadata) ? metadata['name'] : undefined
  if (typeof kind !== 'string' || typeof name !== 'string' || !/^[\w.:-]+$/.test(name) || !isFields(metadata)) return []
  const helm = kind === 'HelmRelease' && String(value['apiVersion']).startsWith('helm.toolkit.fluxcd.io/')
  const spots = helm ? helmSpots(value) : WORKLOADS.has(kind) ? podSpots(value) : []
  const gvk = `${String(value['apiVersion'])}/${kind}`
  const ns = typeof metadata['namespace'] === 'string' ? metadata['namespace'] : null
  return spots.flatMap(spot => {
    const old = spot.value
    if (!isUsable(old)) return []
    const id = createHash('sha256').update([at.repo, at.path, gvk, ns, name, spot.container, spot.field].join('\n')).digest('hex').slice(0, 12)
    return [{
      id, repo: at.repo, engine: helm ? 'helmrelease' : at.kustomized ? 'kustomize' : 'plain', overlayPath: at.path || '.', entry: entryOf(at), gvk, ns, name, container: spot.container, field: spot.field,
      oldValue: old, newValue: newValue(spot.field, old),
    } satisfies EditCase]
  })
}

function entryOf({ repository, path, kustomized }: At): EditCase['entry'] {
  const consumer = repository.consumers.all.find(one => one.path === path)
  if (!kustomized) return 'dir'
  return repository.consumers.referenced.has(path) ? 'referenced' : consumer?.owned === true ? 'flux' : 'root'
}

function podSpots(object: Fields): readonly Spot[] {
  const spec = fields(object['spec'])
  const template = object['kind'] === 'CronJob' ? fields(fields(fields(spec['jobTemplate'])['spec'])['template']) : fields(spec['template'])
  const pod = fields(template['spec'])
  const replicas: Spot[] = typeof spec['replicas'] === 'number' ? [{ container: null, field: 'replicas', value: spec['replicas'] }] : []
  return [...replicas, ...containers(pod['containers'], ''), ...containers(pod['initContainers'], 'init:')]
}

function containers(list: Value | undefined, prefix: string): readonly Spot[] {
  return items(list).flatMap(item => {
    const container = `${prefix}${String(item['name'])}`
    const limits = fields(fields(item['resources'])['limits'])
    return [
      { container, field: 'image', value: item['image'] }, { container, field: 'memoryLimit', value: limits['memory'] }, { container, field: 'cpuLimit', value: limits['cpu'] },
      ...items(item['env']).map(env => ({ container, field: `env:${String(env['name'])}`, value: env['value'] })),
    ]
  })
}

function helmSpots(object: Fields): readonly Spot[] {
  const visit = (value: Value, pointer: string, above: string): readonly Spot[] => {
    if (!isFields(value)) return []
    return Object.entries(value).flatMap(([key, item]) => {
      const inner = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
      if (isFields(item)) return visit(item, inner, key)
      const wanted = above === 'env' || (above === 'limits' && (key === 'memory' || key === 'cpu')) || ['tag', 'replicas', 'replicaCount'].includes(key)
      return wanted ? [{ container: null, field: `values:${inner}`, value: item }] : []
    })
  }
  return visit(fields(object['spec'])['values'] ?? null, '', '')
}

function isUsable(value: Value | undefined): value is Scalar {
  if (typeof value === 'string') return value !== '' && value.length < 200 && !/[\n\r]|\$\{|\{\{|^(?:int|time):/.test(value)
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isInteger(value))
}

function below(path: string): readonly string[] {
  return path === '' ? [] : [directoryOf(path), ...below(directoryOf(path))]
}

function fields(value: Value | undefined): Fields {
  return isFields(value) ? value : {}
}

function items(value: Value | undefined): readonly Fields[] {
  return isList(value) ? value.filter(isFields) : []
}
