import { isList, isObject, textAt, valueAt } from '../../../model/json.ts'
import type { RenderRules } from '../../../model/owner.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { unhonouredKey } from '../../../model/spec-keys.ts'
import type { SpecKeys } from '../../../model/spec-keys.ts'
import { unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import { sourceRefOf } from './flux-kinds.ts'
import { kustomizationOverlay } from './kustomization-overlay.ts'

// Every key of the Kustomization spec is in this table, or refused (argocd-flux.md 2).
const SPEC: SpecKeys = {
  known: ['sourceRef', 'path', 'suspend', 'interval', 'retryInterval', 'timeout', 'prune', 'wait', 'force', 'deletionPolicy', 'serviceAccountName', 'kubeConfig',
    'dependsOn', 'healthChecks', 'healthCheckExprs', 'validation', 'patches', 'patchesStrategicMerge', 'patchesJson6902', 'images', 'components', 'ignoreMissingComponents',
    'postBuild', 'targetNamespace', 'namePrefix', 'nameSuffix', 'commonMetadata', 'buildMetadata', 'decryption', 'ignore'],
  off: ['substituteStrategy'],
}
const SOURCE_REF: SpecKeys = { known: ['apiVersion', 'kind', 'name', 'namespace'], off: [] }
const DECRYPTION: SpecKeys = { known: ['provider', 'secretRef', 'serviceAccountName'], off: [] }
const GIT: SpecKeys = {
  known: ['url', 'ref', 'suspend', 'interval', 'timeout', 'secretRef', 'provider', 'proxySecretRef', 'serviceAccountName', 'accessFrom', 'gitImplementation', 'ignore'],
  off: ['include', 'sparseCheckout', 'recurseSubmodules', 'verify'],
}
const REF: SpecKeys = { known: ['branch', 'tag', 'semver', 'commit', 'name'], off: [] }

/** Flux reads files outside the folder, and without a kustomization file takes every manifest below it. */
export const FLUX_RENDER: RenderRules = { format: 'auto', loadRestrictor: 'none', directory: { recurse: true } }

/** A Kustomization as Writ understands it; `obstacle` is the first key that this version does not honour. Suspension and kubeConfig are asked separately. */
export interface KustomizationSpec { readonly render: RenderRules, readonly obstacle: Obstacle | null }

/** Reads how a Kustomization renders. Variables from ConfigMaps and Secrets are named, not read. */
export function kustomizationSpec(kustomization: KubernetesObject, source: KubernetesObject | null): KustomizationSpec {
  const overlaid = kustomizationOverlay(kustomization)
  const ignore = source === null ? undefined : textAt(source, 'spec', 'ignore')
  const render = { ...FLUX_RENDER, ...overlaid.ok ? overlaid.rules : {}, ...ignore === undefined ? {} : { ignore } }
  return { render, obstacle: specObstacle(kustomization) ?? (overlaid.ok ? null : overlaid.obstacle) }
}

function specObstacle(kustomization: KubernetesObject): Obstacle | null {
  const spec = valueAt(kustomization, 'spec')
  const source = sourceRefOf(kustomization)
  if (source.kind !== 'GitRepository' && source.kind !== '') return { code: 'NON_GIT_SOURCE', path: `spec.sourceRef.kind ${source.kind}`, because: source.kind === 'ExternalArtifact' ? 'which another controller (an ArtifactGenerator, say) builds from its own sources' : 'so its manifests do not come from Git' }
  const path = unhonouredKey(spec, 'spec', SPEC) ?? unhonouredKey(valueAt(spec, 'sourceRef'), 'spec.sourceRef', SOURCE_REF) ?? unhonouredKey(valueAt(spec, 'decryption'), 'spec.decryption', DECRYPTION)
  if (path !== null) return unsupported(path)
  const provider = textAt(spec, 'decryption', 'provider')
  if (valueAt(spec, 'decryption') !== undefined && provider !== undefined && provider !== 'sops') return unsupported(`spec.decryption.provider ${provider}`)
  const ignore = valueAt(spec, 'ignore')
  if (ignore !== undefined && ignore !== null && !(isList(ignore) && ignore.every(rule => isObject(rule) && isList(rule['paths'])))) return unsupported('spec.ignore', 'which is not of the form that Flux takes')
  if ((textAt(spec, 'path') ?? '').split('/').includes('..')) return unsupported('spec.path', 'which leaves the repository')
  return null
}

/** The first key of a GitRepository that this version does not honour, or that keeps a branch from deploying. */
export function gitObstacle(source: KubernetesObject): Obstacle | null {
  const spec = valueAt(source, 'spec')
  const name = `GitRepository ${textAt(source, 'metadata', 'name') ?? ''}`
  const named = unhonouredKey(valueAt(spec, 'ref'), 'spec.ref', REF)
  const { pin } = followed(source)
  if (pin !== null && named === null) return { code: 'PINNED', path: `${name} spec.ref.${pin}`, because: 'so a merge to a branch never deploys' }
  const path = unhonouredKey(spec, 'spec', GIT) ?? named
  return path === null ? null : unsupported(`${name} ${path}`)
}

/** The branch that a GitRepository follows; Flux's default is master. */
export function branchOf(source: KubernetesObject): string {
  return followed(source).revision
}

/** What a GitRepository follows, in Flux's order (argocd-flux.md 2); `pin` is the key where that is no branch. */
function followed(source: KubernetesObject): { readonly revision: string, readonly pin: string | null } {
  const ref = valueAt(source, 'spec', 'ref')
  const key = ['commit', 'name', 'semver', 'tag'].find(one => textAt(ref, one))
  const text = key === undefined ? undefined : textAt(ref, key)
  if (key === undefined || text === undefined) return { revision: textAt(ref, 'branch') || 'master', pin: null }
  const branch = key === 'name' ? /^refs\/heads\/(.+)$/.exec(text)?.[1] : undefined
  return { revision: branch ?? text, pin: branch === undefined ? key : null }
}
