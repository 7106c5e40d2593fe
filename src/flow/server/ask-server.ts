import { refuse, WritError } from '../../model/error.ts'
import type { Evidence, Refusal } from '../../model/error.ts'
import { isList, valueAt } from '../../model/json.ts'
import type { Proven, RenderedChanges, ServerAnswer } from '../../model/plan.ts'
import { refOf, showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { isMadeAnew } from '../fields/fixed-fields.ts'
import type { Objection } from '../../model/dry-run.ts'
import type { World } from '../world.ts'
import { askObject, shown, unasked } from './ask-object.ts'
import type { Asked } from './ask-object.ts'
import { subjectsOf } from './subjects.ts'
import type { Subject } from './subjects.ts'

type Servers = Pick<World, 'clock' | 'clusters' | 'servers' | 'ownerObjects'>

/** Milliseconds for all answers. */
const WITHIN = 10_000
/** So many objects are asked about. */
const MOST = 5
const IMMUTABLE = /\bimmutable\b|may not (?:be changed|change)|cannot be changed|cannot change|can(?:'|no)t be updated|updates? to .* (?:is|are) forbidden|may not change fields other than/i

/**
 * Asks the API servers whether they would take each object as the change leaves it. Refuses SERVER_REFUSES what the change brings that they do not; everything else
 * that they say, and why one was not asked, is in the answers. Nothing is kept, and a server that is silent is waited for ten seconds.
 */
export async function askServer(world: Servers, proven: Proven, rendered: RenderedChanges): Promise<readonly ServerAnswer[] | Refusal> {
  const subjects = subjectsOf(proven, rendered)
  const asked = await Promise.all(subjects.map(async (subject, i) => ({ subject, ...i < MOST ? await askSafely(world, subject) : unasked(`only the first ${MOST} objects of a change are asked about`) })))
  for (const { subject, objections } of asked) {
    const standing = objections.length === 0 ? [] : await withoutReplaced(world, subject, objections)
    if (standing.length > 0) return refusal(proven, subject, standing)
  }
  return asked.map(({ subject, answer }) => ({ object: refIn(subject), cluster: subject.destination.cluster, ...secretless(subject.after, answer) }))
}

function refIn({ after, destination }: Pick<Subject, 'after' | 'destination'>): ServerAnswer['object'] {
  const ref = refOf(after)
  return { ...ref, namespace: ref.namespace ?? destination.namespace }
}

/** One that gives no answer keeps no plan from being made. */
async function askSafely(world: Servers, subject: Subject): Promise<Asked> {
  const { cluster } = subject.destination
  const work = async (): Promise<Asked> => {
    try {
      return await askObject({ cluster: world.clusters.named(cluster), server: world.servers.named(cluster), within: WITHIN }, subject)
    } catch (error) {
      if (error instanceof WritError) return unasked(error.message)
      throw error
    }
  }
  const asked = await world.clock.within(WITHIN, work())
  return asked === 'late' ? unasked(`no answer of cluster ${cluster} in ${WITHIN / 1000} s`) : asked
}

/** What cannot change in place is no obstacle where the owner makes the object anew (argocd-flux.md 5 and 6). */
async function withoutReplaced(world: Servers, { after, owner }: Subject, objections: readonly Objection[]): Promise<readonly Objection[]> {
  const isFixed = ({ sentence }: Objection): boolean => IMMUTABLE.test(sentence)
  if (!objections.some(isFixed)) return objections
  const replaced = isMadeAnew(after) || (owner !== null && forces((await world.ownerObjects.live(owner))?.object))
  return replaced ? objections.filter(one => !isFixed(one)) : objections
}

/** True for an owner that deletes and makes what it cannot change. */
function forces(owner: KubernetesObject | undefined): boolean {
  if (owner === undefined) return false
  if (owner.kind !== 'Application') return valueAt(owner, 'spec', 'force') === true || valueAt(owner, 'spec', 'upgrade', 'force') === true
  const options = valueAt(owner, 'spec', 'syncPolicy', 'syncOptions')
  return isList(options) && options.includes('Force=true')
}

/** Words about a Secret may hold what is in it. */
function secretless(object: KubernetesObject, answer: Asked['answer']): Asked['answer'] {
  return isSecret(object) ? { ...answer, warnings: answer.warnings.map(warning => `${warning.split(':')[0] ?? ''} (its words are not shown: the object is a Secret)`) } : answer
}

function isSecret(object: KubernetesObject): boolean {
  return object.kind === 'Secret' && object.apiVersion === 'v1'
}

const MOST_SHOWN = 5
/** Where people write keys with dots. */
const KEYED = /^(?:.*\.)?metadata\.(?:annotations|labels)\./

function refusal({ places }: Proven, { after, destination }: Subject, objections: readonly Objection[]): Refusal {
  const name = showRef(refIn({ after, destination }))
  const words = objections.map(one => isSecret(after) ? { field: one.field, sentence: 'the value is not taken' } : one)
  const evidence: readonly Evidence[] = [
    ...words.slice(0, MOST_SHOWN).map(one => ({ sentence: shown(one), at: name })),
    ...words.length > MOST_SHOWN ? [{ sentence: `and ${words.length - MOST_SHOWN} more` }] : [],
    ...places.map(at => ({ sentence: 'the edit would stand here', at })),
  ]
  const keyed = words.find(({ field }) => field !== null && KEYED.test(field))
  const [first] = words
  return refuse('SERVER_REFUSES', `The API server of cluster ${destination.cluster} would not take ${name} as this change leaves it: ${first === undefined ? '' : shown(first)}.`, evidence,
    keyed === undefined ? undefined : 'Write a key that holds dots in brackets and quotes: metadata.annotations["example.com/key"].')
}
