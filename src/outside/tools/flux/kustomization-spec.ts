import { isObject, textAt, valueAt } from '../../../model/json.ts'
import type { RenderRules } from '../../../model/owner.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import { unhonouredKey } from '../../../model/spec-keys.ts'
import type { SpecKeys } from '../../../model/spec-keys.ts'
import { sourceRefOf } from './flux-kinds.ts'

// Every key of the Kustomization spec is in this table, or refused (argocd-flux.md 2).
const SPEC: SpecKeys = {
  known: ['sourceRef', 'path', 'suspend', 'interval', 'retryInterval', 'timeout', 'prune', 'wait', 'force', 'deletionPolicy', 'serviceAccountName',
    'dependsOn', 'healthChecks', 'healthCheckExprs', 'validation'],
  off: ['patches', 'patchesStrategicMerge', 'patchesJson6902', 'images', 'components', 'ignoreMissingComponents', 'postBuild', 'targetNamespace', 'namePrefix',
    'nameSuffix', 'decryption', 'kubeConfig', 'commonMetadata', 'ignore', 'buildMetadata', 'substituteStrategy'],
}
const SOURCE_REF: SpecKeys = { known: ['apiVersion', 'kind', 'name', 'namespace'], off: [] }
const GIT: SpecKeys = {
  known: ['url', 'ref', 'suspend', 'interval', 'timeout', 'secretRef', 'provider', 'proxySecretRef', 'serviceAccountName', 'accessFrom', 'gitImplementation'],
  off: ['include', 'ignore', 'sparseCheckout', 'recurseSubmodules', 'verify'],
}
const REF: SpecKeys = { known: ['branch', 'tag', 'semver', 'commit'], off: ['name'] }

/** Flux reads files outside the folder, and without a kustomization file takes every manifest below it. */
export const FLUX_RENDER: RenderRules = { format: 'auto', loadRestrictor: 'none', directory: { recurse: true } }

/** The first key of a Kustomization that this version does not honour, or null. Suspension is asked separately. */
export function kustomizationObstacle(kustomization: KubernetesObject): Obstacle | null {
  const spec = valueAt(kustomization, 'spec')
  const source = sourceRefOf(kustomization)
  if (source.kind !== 'GitRepository' && source.kind !== '') return { code: 'NON_GIT_SOURCE', path: `spec.sourceRef.kind ${source.kind}`, because: 'so its manifests do not come from Git' }
  const path = unhonouredKey(spec, 'spec', SPEC) ?? unhonouredKey(valueAt(spec, 'sourceRef'), 'spec.sourceRef', SOURCE_REF)
  if (path !== null) return unsupported(path)
  if ((textAt(spec, 'path') ?? '').split('/').includes('..')) return unsupported('spec.path', 'which leaves the repository')
  return null
}

/** The first key of a GitRepository that this version does not honour, or that keeps a branch from deploying. */
export function gitObstacle(source: KubernetesObject): Obstacle | null {
  const spec = valueAt(source, 'spec')
  const name = `GitRepository ${textAt(source, 'metadata', 'name') ?? ''}`
  const pin = ['commit', 'semver', 'tag'].find(key => textAt(spec, 'ref', key))
  const named = unhonouredKey(valueAt(spec, 'ref'), 'spec.ref', REF)
  if (pin !== undefined && named === null) return { code: 'PINNED', path: `${name} spec.ref.${pin}`, because: 'so a merge to a branch never deploys' }
  const path = unhonouredKey(spec, 'spec', GIT) ?? named
  return path === null ? null : unsupported(`${name} ${path}`)
}

/** The branch that a GitRepository follows; Flux's default is master. */
export function branchOf(source: KubernetesObject): string {
  const ref = valueAt(source, 'spec', 'ref')
  const pin = ['commit', 'name', 'semver', 'tag'].map(key => textAt(ref, key)).find(text => text !== undefined && text !== '')
  return pin ?? (isObject(ref) ? textAt(ref, 'branch') || 'master' : 'master')
}
