import type { Cluster } from '../../../flow/ports.ts'
import type { Evidence } from '../../../model/error.ts'
import { objectsAt, textAt } from '../../../model/json.ts'
import type { Claim, OwnerRef } from '../../../model/owner.ts'
import { sameOwner, showOwner } from '../../../model/owner.ts'
import { metadataText, refKey } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { inDeletion } from '../conditions.ts'
import type { OwnerIndex } from '../owner-index.ts'
import { forbidden, unseenClaim } from '../unseen.ts'
import { applicationRef, instanceKey, isStale, resourceEntry } from './applications.ts'
import { destinationCluster, destinationName } from './argo-hubs.ts'
import type { ArgoHub } from './argo-hubs.ts'
import { argoSettings } from './argo-settings.ts'
import type { ArgoSettings } from './argo-settings.ts'
import { INSTALLATION_ID, isCopied, markOf } from './object-marks.ts'
import type { Mark } from './object-marks.ts'
import { applicationOf, controlPlaneOf, instanceOf } from './tracking-id.ts'

/** The object that is asked about, and where Applications are looked up. */
export interface ClaimsAsk { readonly target: Target, readonly live: KubernetesObject, readonly index: OwnerIndex }

/** One look of one Argo CD at one object. */
interface Look { readonly apps: readonly KubernetesObject[], readonly partly: string | null, readonly hub: ArgoHub, readonly cluster: Cluster, readonly target: Target, readonly live: KubernetesObject, readonly settings: (namespace: string) => Promise<ArgoSettings> }

/**
 * What one Argo CD says about an object (argocd-flux.md 1.1, 4.3): membership in `status.resources` of an Application that deploys to
 * the object's cluster is proof; the mark of its tracking method is a mark, and only where Argo CD itself believes it.
 */
export async function applicationClaims(hub: ArgoHub, cluster: Cluster, of: ClaimsAsk): Promise<readonly Claim[]> {
  const settings = remembered(namespace => argoSettings(cluster, namespace))
  try {
    const mark = markOf(of.target, of.live, await settings(hub.namespace))
    const { owners: apps, partly } = await of.index.concerning([refKey(of.target), ...mark === null ? [] : [instanceKey(mark.instance)]])
    return await claimsIn({ apps, partly, hub, cluster, target: of.target, live: of.live, settings }, mark)
  } catch (error) {
    return [unseenClaim({ tool: 'argocd', kind: 'Application', cluster: cluster.name }, forbidden(error))]
  }
}

async function claimsIn(look: Look, mark: Mark | null): Promise<readonly Claim[]> {
  const listed = look.apps.filter(app => destinationCluster(look.hub, app) === look.target.cluster).flatMap(app => listClaim(look, app))
  const marked = await markClaims(look, mark)
  const all = [...listed]
  for (const claim of [...listed.filter(one => one.proof).flatMap(one => sharedClaims(look, one)), ...marked]) {
    const at = all.findIndex(known => sameOwner(known.owner, claim.owner))
    const known = all[at]
    if (known === undefined) all.push(claim)
    else all[at] = { ...known, proof: known.proof || claim.proof, ...known.marked === true || claim.marked === true ? { marked: true } : {}, evidence: [...known.evidence, ...claim.evidence] }
  }
  return all
}

/**
 * Listed only to be pruned means: found live by its mark, and not in Git. So does an entry without a status whose tracking id is that of another object: Argo CD
 * finds it by the instance name, sees that the id was copied, and then neither compares nor prunes it (argo-cd:controller/state.go, CompareAppState); where it could
 * not load what is in Git, such an entry is Unknown as all are.
 */
function listClaim(look: Look, app: KubernetesObject): readonly Claim[] {
  const entry = resourceEntry(app, look.target)
  if (entry === null) return []
  const owner = applicationRef(look.cluster.name, app)
  const pruned = entry['requiresPruning'] === true
  const copied = (textAt(entry, 'status') ?? 'Unknown') === 'Unknown' && entry['hook'] !== true && isCopied(look.target, look.live)
  const says = pruned ? 'lists it only to prune it: it is not in the source' : copied ? 'names it without comparing it: it is not in the source, and its tracking id is a copy' : `lists it (${textAt(entry, 'status') ?? 'no status'})`
  const doubts = [
    ...isStale(app) ? [seen(owner, 'its status is too large to be kept up to date, so what it lists may be old')] : [],
    ...look.partly === null ? [] : [{ sentence: `only Applications of namespace ${look.hub.namespace} could be looked at; Argo CD's own SharedResourceWarning would name another one (${look.partly})`, at: look.cluster.name }],
  ]
  return [{ owner, proof: !pruned && !copied, exists: true, ...copied ? { weak: true } : {}, evidence: [seen(owner, `status.resources ${says}`), ...doubts] }]
}

/** Argo CD's own word that another Application has the object too: that one counts as a prover. */
function sharedClaims(look: Look, claim: Claim): readonly Claim[] {
  const app = look.apps.find(one => sameOwner(applicationRef(look.cluster.name, one), claim.owner))
  if (app === undefined) return []
  const name = `${look.target.kind}/${look.target.name}`
  // The warning names no namespace: where the Application lists several of that name it may speak of another one, and whoever has ours lists it, too.
  const several = look.partly === null && objectsAt(app, 'status', 'resources').filter(one => textAt(one, 'kind') === look.target.kind && textAt(one, 'name') === look.target.name).length > 1
  return several ? [] : objectsAt(app, 'status', 'conditions').flatMap(condition => {
    const message = textAt(condition, 'message') ?? ''
    const parts = /^(\S+) is part of applications (\S+) and (\S+?)\.?$/.exec(message)
    if (condition['type'] !== 'SharedResourceWarning' || parts?.[1] !== name) return []
    return [parts[2] ?? '', parts[3] ?? ''].map(instance => ({
      owner: refOfName(look, app, instance), proof: true, exists: true, evidence: [{ sentence: `SharedResourceWarning: ${message}`, at: showOwner(claim.owner) }],
    }))
  })
}

/** `namespace/name`, or an instance name. */
function refOfName(look: Look, app: KubernetesObject | undefined, text: string): OwnerRef {
  const slash = text.indexOf('/')
  const at = slash < 0 ? applicationOf(text, app === undefined ? look.hub.namespace : controlPlaneOf(app, look.hub.namespace)) : { namespace: text.slice(0, slash), name: text.slice(slash + 1) }
  return { tool: 'argocd', kind: 'Application', cluster: look.cluster.name, ...at }
}

/**
 * The Applications that the object's marks name, each by the settings of the controller that it belongs to: a cluster may run several. Where controllers of two
 * namespaces have one of the name each, the one that lists the object. `mark` is the one under the settings of the control plane that writ.yaml names.
 */
async function markClaims(look: Look, mark: Mark | null): Promise<readonly Claim[]> {
  const planes = [...new Set(look.apps.map(app => controlPlaneOf(app, look.hub.namespace)))]
  const marks = new Map(await Promise.all(planes.map(async plane => [plane, markOf(look.target, look.live, await look.settings(plane))] as const)))
  const named = look.apps.flatMap(app => {
    const its = marks.get(controlPlaneOf(app, look.hub.namespace)) ?? null
    return its?.instance === instanceOf(app, look.hub.namespace) ? [{ app, mark: its }] : []
  })
  if (named.length === 0) return mark === null ? [] : nobodyNamed(look, mark)
  const listing = named.filter(({ app }) => resourceEntry(app, look.target) !== null)
  return Promise.all((listing.length > 0 ? listing : named).map(one => markClaim(look, one.mark, one.app)))
}

/** What a mark says that names no Application. */
async function nobodyNamed(look: Look, mark: Mark): Promise<readonly Claim[]> {
  if (mark.onlyIfThere) return []
  const owner = refOfName(look, undefined, mark.instance)
  const foreign = mark.weak ? null : await foreignInstallation(look, look.hub.namespace)
  return [foreign ?? { owner, proof: false, exists: false, ...weakly(mark), evidence: [...mark.evidence, { sentence: `there is no ${showOwner(owner)} in cluster ${look.cluster.name}` }] }]
}

async function markClaim(look: Look, mark: Mark, app: KubernetesObject): Promise<Claim> {
  const owner = applicationRef(look.cluster.name, app)
  const foreign = mark.weak ? null : await foreignInstallation(look, controlPlaneOf(app, look.hub.namespace))
  if (foreign !== null) return foreign
  const early = mark.weak || !isEarly(look, app) ? {} : { early: true }
  return { owner, proof: false, exists: true, ...mark.weak ? { weak: true } : { marked: true }, ...early, evidence: [...mark.evidence, ...absence(look, owner, app)] }
}

function weakly({ weak }: Mark): Pick<Claim, 'weak'> {
  return weak ? { weak } : {}
}

/** Why the Application that a mark names is no prover, for the person who reads the refusal. */
function absence(look: Look, owner: OwnerRef, app: KubernetesObject): readonly Evidence[] {
  const destination = destinationCluster(look.hub, app)
  if (destination === look.target.cluster) {
    if (resourceEntry(app, look.target) !== null) return []
    return [seen(owner, isStale(app) ? 'its status is too large to be kept up to date: that status.resources does not list it means nothing' : 'status.resources does not list it')]
  }
  const known = destination === null ? `which no cluster of writ.yaml is; if it is ${look.target.cluster}, add it to its argocd.destinations` : `which is cluster ${destination}`
  return [seen(owner, `deploys to ${destinationName(app)}, ${known}`)]
}

/** Made after the controller last compared, being deleted, or in the middle of a sync: the list may name it in a moment (argocd-flux.md 4.5). */
function isEarly({ live }: Look, app: KubernetesObject): boolean {
  const [made, compared] = [Date.parse(textAt(live, 'metadata', 'creationTimestamp') ?? ''), Date.parse(textAt(app, 'status', 'reconciledAt') ?? '')]
  return inDeletion(live) || textAt(app, 'status', 'operationState', 'phase') === 'Running' || (!Number.isNaN(made) && !(compared > made))
}

/**
 * A living rival where the object says that it belongs to another installation of Argo CD than this one. One without an id of its own takes no object that has one,
 * either (argo-cd:util/argo/resource_tracking.go, getAppInstanceValue). Tracking by labels knows no installations: neither is the id written then nor read.
 */
async function foreignInstallation(look: Look, controlPlane: string): Promise<Claim | null> {
  const { installationId, tracking } = await look.settings(controlPlane)
  const theirs = metadataText(look.live, 'annotations', INSTALLATION_ID) ?? null
  if (tracking === 'label' || (installationId ?? '') === (theirs ?? '')) return null
  const id = theirs === null ? 'of no id' : `'${theirs}'`
  const owner: OwnerRef = { tool: 'argocd', kind: 'Application', cluster: `${look.cluster.name}, the Argo CD installation ${id}`, namespace: '', name: 'unknown' }
  const ours = installationId === null ? 'this one has no id' : `this one is '${installationId}'`
  return { owner, proof: false, exists: true, ...theirs === null ? { weak: true } : {}, evidence: [{ sentence: `the object belongs to the Argo CD installation ${id}, ${ours}`, at: `metadata.annotations[${INSTALLATION_ID}]` }] }
}

function remembered(read: (namespace: string) => Promise<ArgoSettings>): (namespace: string) => Promise<ArgoSettings> {
  const known = new Map<string, Promise<ArgoSettings>>()
  return namespace => {
    const found = known.get(namespace) ?? read(namespace)
    known.set(namespace, found)
    return found
  }
}

function seen(owner: OwnerRef, sentence: string): Evidence {
  return { sentence, at: showOwner(owner) }
}
