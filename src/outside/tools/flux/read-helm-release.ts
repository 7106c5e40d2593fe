import { refuse } from '../../../model/error.ts'
import type { Evidence, Refusal } from '../../../model/error.ts'
import { isObject, textAt, valueAt } from '../../../model/json.ts'
import { showOwner } from '../../../model/owner.ts'
import type { Owner, OwnerRef } from '../../../model/owner.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { inDeletion } from '../conditions.ts'
import { obstacles, refuseOwner, resumeWith, suspendedBy, unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import { SOURCE_GROUP } from './flux-kinds.ts'
import { helmReleaseSpec } from './helm-release-spec.ts'
import { optOut } from './opt-out.ts'

/** A HelmRelease with what it names, for one object that it deploys. */
export interface ReleaseSeen { readonly ref: OwnerRef, readonly target: Target, readonly live: KubernetesObject | null, readonly object: KubernetesObject, readonly around: readonly KubernetesObject[], readonly also: 'suspended' | undefined }

/**
 * Reads one HelmRelease whose chart lies in Git. Values from ConfigMaps are named, not read: an edit of values reads them where they come from. A chart from
 * elsewhere cannot be rendered: NON_GIT_SOURCE, with where it says that it was built from.
 */
export function readHelmRelease({ ref, target, live, object, around, also }: ReleaseSeen): Owner | Refusal {
  const spec = helmReleaseSpec(object, around)
  const { obstacle, suspended } = obstacles([standing(object, ref.cluster !== target.cluster), suspension(object, ref), optOut(live)], also)
  if (obstacle !== null) return refuseOwner(ref, obstacle)
  if (spec.obstacle?.code === 'NON_GIT_SOURCE') return remoteChart(ref, spec.obstacle, around)
  if (spec.obstacle !== null) return refuseOwner(ref, spec.obstacle)
  const source = around.find(one => one.kind === 'GitRepository')
  if (source === undefined) return refuse('OWNER_NOT_FOUND', `${showOwner(ref)} names a GitRepository for its chart, which is not there.`)
  return {
    ...ref,
    uid: textAt(object, 'metadata', 'uid') ?? '',
    source: spec.source,
    render: { format: 'helm', loadRestrictor: 'none', directory: { recurse: false }, helm: spec.rules },
    delivery: { automated: true, reverts: textAt(object, 'spec', 'driftDetection', 'mode') === 'enabled', syncedCommit: null, behindBecause: null, keeps: null },
    destination: { cluster: target.cluster, namespace: spec.rules.namespace },
    sourceObject: { kind: 'GitRepository', namespace: textAt(source, 'metadata', 'namespace') ?? '', name: textAt(source, 'metadata', 'name') ?? '' },
    ...suspendedBy(suspended),
  }
}

/** On a hub kubeConfig is how it reaches the object's cluster. */
function standing(object: KubernetesObject, fromHub: boolean): Obstacle | null {
  if (inDeletion(object)) return unsupported('metadata.deletionTimestamp', 'so it is being deleted')
  const kubeConfig = valueAt(object, 'spec', 'kubeConfig')
  if (!fromHub && kubeConfig !== undefined && kubeConfig !== null) return unsupported('spec.kubeConfig', 'so it deploys to another cluster, which this version does not look at')
  return null
}

function suspension(object: KubernetesObject, ref: OwnerRef): Obstacle | null {
  return valueAt(object, 'spec', 'suspend') === true ? { code: 'SUSPENDED', path: 'spec.suspend', because: 'so a merge would not deploy', next: resumeWith(ref) } : null
}

/** The values can be edited without the chart: by asking for them. */
function remoteChart(ref: OwnerRef, obstacle: Obstacle, around: readonly KubernetesObject[]): Refusal {
  const refusal = refuseOwner(ref, obstacle)
  const hint = `Which value decides the field nobody can prove without the chart; ask for the value itself: writ set field helmrelease/${ref.name} -n ${ref.namespace} spec.values.KEY=VALUE. The chart's own files are changed where it is built.`
  return { ...refusal, evidence: [...refusal.evidence, ...around.flatMap(originOf)], hint }
}

/** Where an artifact of an OCI registry, a bucket or a chart repository says that it was built from, and where it lies. */
export function originOf(source: KubernetesObject): readonly Evidence[] {
  if (!source.apiVersion.startsWith(`${SOURCE_GROUP}/`) || source.kind === 'GitRepository') return []
  const at = `${source.kind} ${textAt(source, 'metadata', 'namespace') ?? ''}/${textAt(source, 'metadata', 'name') ?? ''}`
  const bucket = textAt(source, 'spec', 'bucketName')
  const url = textAt(source, 'spec', 'url') ?? textAt(source, 'spec', 'endpoint')
  const metadata = valueAt(source, 'status', 'artifact', 'metadata')
  const [origin, revision] = ['org.opencontainers.image.source', 'org.opencontainers.image.revision'].map(key => isObject(metadata) && typeof metadata[key] === 'string' ? metadata[key] : undefined)
  return [
    ...url === undefined ? [] : [{ sentence: `it comes from ${bucket === undefined ? '' : `bucket ${bucket} of `}${url}`, at: `${at} spec` }],
    ...origin === undefined && revision === undefined ? source.kind === 'OCIRepository' || source.kind === 'Bucket' ? [{ sentence: 'it does not say what it was built from: its artifact has no org.opencontainers.image.source', at: `${at} status.artifact.metadata` }] : [] : [{ sentence: `it says that it was built from ${origin ?? 'an unnamed repository'}${revision === undefined ? '' : ` at ${revision}`}`, at: `${at} status.artifact.metadata` }],
  ]
}
