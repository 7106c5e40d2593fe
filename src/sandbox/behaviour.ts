import { isList, isObject } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import { metadataText, podSpecPath } from '../model/resource.ts'
import { metaText } from './api.ts'
import type { KubernetesObject } from '../model/resource.ts'

/** What a stand-in can be made to do, for tests of a verifier that must not believe it. */
export const BEHAVIOURS = {
  normal: 'works',
  oldCommit: 'stays at the commit it has, and says that it is in sync there',
  wrongValue: 'applies other values from the next commit on, and says that it applied that commit',
  frozen: 'fetches and applies, but never writes its status again',
  silent: 'does nothing at all',
  suspended: 'does nothing, and shows it as a paused controller does',
  lostRefresh: 'takes the first request to look at Git away without looking',
  retrying: 'fails the first try of a sync and waits for the second (Running with finishedAt)',
  healthLate: 'tells the health of before for two seconds after a sync',
  applyError: 'is refused by an admission webhook when it applies',
  oldRefresh: 'takes a request that comes while it looks away with the one before it, as Argo CD does before 3.6',
  comparedLate: 'compares again only two seconds after a sync has finished',
  listLate: 'lists what it deploys only two seconds after it was applied',
  stuckOperation: 'never clears the operation that it has carried out',
  windowClosed: 'starts no sync by itself, and holds back those that are asked for, as outside its sync window',
  staleArtifact: 'works once more on the artifact of before when its source has moved, and says that it has handled the request',
} as const
export type Behaviour = keyof typeof BEHAVIOURS

/** Settable while the stand-ins run: `Application argocd/shop-dev` → behaviour. */
export type Behaviours = Map<string, Behaviour>

/** The annotation that sets the behaviour from another process. */
export const BEHAVIOUR_ANNOTATION = 'sandbox.writ.dev/behaviour'

/** How this owner is to behave: the table first, then its annotation. */
export function behaviourOf(table: Behaviours, object: KubernetesObject): Behaviour {
  const key = `${object.kind} ${metaText(object, 'namespace')}/${metaText(object, 'name')}`
  const said = table.get(key) ?? metadataText(object, 'annotations', BEHAVIOUR_ANNOTATION) ?? 'normal'
  return isBehaviour(said) ? said : 'normal'
}

function isBehaviour(text: string): text is Behaviour {
  return Object.hasOwn(BEHAVIOURS, text)
}

/** The same object with other values where requests usually go: image, memory and replicas. */
export function distorted(object: KubernetesObject): KubernetesObject {
  const path = podSpecPath(object.kind)
  if (path === null) return object
  const copy: Record<string, Json> = JSON.parse(JSON.stringify(object))
  const spec = copy['spec']
  if (isObject(spec) && typeof spec['replicas'] === 'number') copy['spec'] = { ...spec, replicas: spec['replicas'] + 1 }
  let here: Json | undefined = copy
  for (const key of path) here = isObject(here) ? here[key] : undefined
  const containers = isObject(here) ? here['containers'] : undefined
  for (const container of isList(containers) ? containers : []) if (isObject(container)) distort(container)
  return { ...object, ...copy }
}

// The copy is our own: it may be changed in place.
function distort(container: { [key: string]: Json | undefined }): void {
  if (typeof container['image'] === 'string') container['image'] = `${container['image']}-other`
  const resources = container['resources']
  const limits = isObject(resources) ? resources['limits'] : undefined
  if (isObject(resources) && isObject(limits)) container['resources'] = { ...resources, limits: { ...limits, memory: '999Mi' } }
}
