import type { Cluster } from '../../../flow/ports.ts'
import type { Evidence } from '../../../model/error.ts'
import { objectsAt, textAt } from '../../../model/json.ts'
import type { Claim, OwnerRef } from '../../../model/owner.ts'
import { sameOwner, showOwner } from '../../../model/owner.ts'
import { metadataText, showRef } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { applicationRef, listApplications, resourceEntry } from './applications.ts'
import { destinationCluster, destinationName } from './argo-hubs.ts'
import type { ArgoHub } from './argo-hubs.ts'
import { argoSettings } from './argo-settings.ts'
import { TRACKING_ID, applicationOf, controlPlaneOf, namesItself, parseTrackingId } from './tracking-id.ts'

/** One look of one Argo CD at one object. */
interface Look { readonly hub: ArgoHub, readonly cluster: Cluster, readonly apps: readonly KubernetesObject[], readonly target: Target, readonly live: KubernetesObject }

/**
 * What one Argo CD says about an object (argocd-flux.md 1.1, 4.3): membership in `status.resources` of an Application that deploys to
 * the object's cluster is proof; the tracking id is a mark, and only where it names the object itself; the instance label is weak.
 */
export async function applicationClaims(hub: ArgoHub, cluster: Cluster, of: { readonly target: Target, readonly live: KubernetesObject }): Promise<readonly Claim[]> {
  const look: Look = { hub, cluster, apps: await listApplications(cluster, hub.namespace), ...of }
  const listed = look.apps.filter(app => destinationCluster(hub, app) === of.target.cluster).flatMap(app => listClaim(look, app))
  const marked = await markClaims(look)
  const all = [...listed]
  for (const claim of [...listed.filter(one => one.proof).flatMap(one => sharedClaims(look, one)), ...marked]) {
    const at = all.findIndex(known => sameOwner(known.owner, claim.owner))
    const known = all[at]
    if (known === undefined) all.push(claim)
    else all[at] = { ...known, proof: known.proof || claim.proof, evidence: [...known.evidence, ...claim.evidence] }
  }
  return all
}

/** Listed only to be pruned means: found live by its mark, and not in Git. */
function listClaim(look: Look, app: KubernetesObject): readonly Claim[] {
  const entry = resourceEntry(app, look.target)
  if (entry === null) return []
  const owner = applicationRef(look.cluster.name, app)
  const pruned = entry['requiresPruning'] === true
  const says = pruned ? 'lists it only to prune it: it is not in the source' : `lists it (${textAt(entry, 'status') ?? 'no status'})`
  return [{ owner, proof: !pruned, exists: true, evidence: [seen(owner, `status.resources ${says}`)] }]
}

/** Argo CD's own word that another Application has the object too: that one counts as a prover. */
function sharedClaims(look: Look, claim: Claim): readonly Claim[] {
  const app = look.apps.find(one => sameOwner(applicationRef(look.cluster.name, one), claim.owner))
  if (app === undefined) return []
  const name = `${look.target.kind}/${look.target.name}`
  return objectsAt(app, 'status', 'conditions').flatMap(condition => {
    const message = textAt(condition, 'message') ?? ''
    const parts = /^(\S+) is part of applications (\S+) and (\S+?)\.?$/.exec(message)
    if (condition['type'] !== 'SharedResourceWarning' || parts?.[1] !== name) return []
    return [parts[2] ?? '', parts[3] ?? ''].map(instance => ({
      owner: refOfName(look, app, instance), proof: true, exists: true, evidence: [{ sentence: `SharedResourceWarning: ${message}`, at: showOwner(claim.owner) }],
    }))
  })
}

/** `namespace/name`, or an instance name. */
function refOfName(look: Look, app: KubernetesObject, text: string): OwnerRef {
  const slash = text.indexOf('/')
  const at = slash < 0 ? applicationOf(text, controlPlaneOf(app, look.hub.namespace)) : { namespace: text.slice(0, slash), name: text.slice(slash + 1) }
  return { tool: 'argocd', kind: 'Application', cluster: look.cluster.name, ...at }
}

async function markClaims(look: Look): Promise<readonly Claim[]> {
  const text = metadataText(look.live, 'annotations', TRACKING_ID)
  if (text === undefined) return labelClaims(look)
  const id = parseTrackingId(text)
  const at = `${showRef(look.target)} metadata.annotations[${TRACKING_ID}]`
  const owner = refOfName(look, look.apps[0] ?? look.live, id?.instance ?? text)
  const app = appOf(look, owner)
  if (id === null || !namesItself(id, look.target)) {
    return [{ owner, proof: false, exists: app !== undefined, weak: true, evidence: [{ sentence: `the tracking id '${text}' names another object: it was copied, and Argo CD ignores it`, at }] }]
  }
  const foreign = await foreignInstance(look)
  if (foreign !== null) return [{ owner, proof: false, exists: app !== undefined, evidence: [{ sentence: foreign, at }] }]
  return [{ owner, proof: false, exists: app !== undefined, evidence: [{ sentence: `the tracking id names ${showOwner(owner)}`, at }, ...absence(look, owner, app)] }]
}

/** Why the Application that a mark names is no prover, for the person who reads the refusal. */
function absence(look: Look, owner: OwnerRef, app: KubernetesObject | undefined): readonly Evidence[] {
  if (app === undefined) return [{ sentence: `there is no ${showOwner(owner)} in cluster ${look.cluster.name}` }]
  const destination = destinationCluster(look.hub, app)
  if (destination === look.target.cluster) return resourceEntry(app, look.target) === null ? [seen(owner, 'status.resources does not list it')] : []
  const known = destination === null ? `which no cluster of writ.yaml is; if it is ${look.target.cluster}, add it to its argocd.destinations` : `which is cluster ${destination}`
  return [seen(owner, `deploys to ${destinationName(app)}, ${known}`)]
}

/** The instance label alone is weak: Helm charts and Flux set it too. Named is an Application that exists. */
async function labelClaims(look: Look): Promise<readonly Claim[]> {
  if (look.apps.length === 0) return []
  const { instanceLabel } = await argoSettings(look.cluster, look.hub.namespace)
  const value = metadataText(look.live, 'labels', instanceLabel)
  if (value === undefined) return []
  const owner = refOfName(look, look.apps[0] ?? look.live, value)
  const app = appOf(look, owner)
  if (app === undefined) return []
  return [{ owner, proof: false, exists: true, weak: true, evidence: [{ sentence: `the label ${instanceLabel} is '${value}'`, at: showRef(look.target) }, ...absence(look, owner, app)] }]
}

/** A sentence where the object says that it belongs to another installation of Argo CD. */
async function foreignInstance(look: Look): Promise<string | null> {
  const theirs = metadataText(look.live, 'annotations', 'argocd.argoproj.io/installation-id')
  if (theirs === undefined || look.apps.length === 0) return null
  const { installationId } = await argoSettings(look.cluster, look.hub.namespace)
  return installationId === theirs ? null : `the object belongs to the Argo CD installation '${theirs}', this one is '${installationId ?? ''}'`
}

function appOf(look: Look, owner: OwnerRef): KubernetesObject | undefined {
  return look.apps.find(app => sameOwner(applicationRef(look.cluster.name, app), owner))
}

function seen(owner: OwnerRef, sentence: string): Evidence {
  return { sentence, at: showOwner(owner) }
}
