import type { FieldChange } from '../../model/field.ts'
import { samePath, withField } from '../../model/field.ts'
import { isObject } from '../../model/json.ts'
import type { Destination, OwnerRef } from '../../model/owner.ts'
import type { JudgedObject, ObjectChange, Proven, RenderedChanges } from '../../model/plan.ts'
import { isKubernetesObject, refKey } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'

/** One object that a change leaves otherwise, or makes: what a server is asked about. */
export interface Subject {
  /** Who applies it; null where nobody is known to. */
  readonly owner: OwnerRef | null
  readonly destination: Destination
  /** As it renders without the change; null where the change makes it. */
  readonly before: KubernetesObject | null
  readonly after: KubernetesObject
  readonly fields: readonly FieldChange[]
}

const NAME = ['metadata', 'name']

/** A part of what is rendered, and who deploys it where. */
interface Part { readonly objects: readonly JudgedObject[], readonly changes: readonly ObjectChange[], readonly places: readonly Place[] }
type Place = Pick<Subject, 'owner' | 'destination'>

/** Every object that the change makes or changes, in every place where it is deployed: the asked one first, then what its owner's manifest reaches, then other consumers. */
export function subjectsOf({ owner, proof, blast, through = [] }: Pick<Proven, 'owner' | 'proof' | 'blast' | 'through'>, rendered: RenderedChanges): readonly Subject[] {
  const entries = blast.flatMap(({ changes, owners }) => changes === null ? [] : [{ changes, owners }])
  const partAt = ({ objects, destinations }: RenderedChanges['blast'][number], i: number): Part => {
    const reached = through[i - entries.length]
    const { changes, owners } = entries[i] ?? { changes: reached?.changes ?? [], owners: reached === undefined ? [] : [reached.owner] }
    return { objects, changes, places: destinations.map((destination, n) => ({ destination, owner: owners[n] ?? null })) }
  }
  const parts = rendered.blast.map(partAt)
  const asked: Part = { objects: rendered.asked, changes: proof.changes, places: [{ owner, destination: owner.destination }] }
  return [asked, ...parts.slice(entries.length), ...parts.slice(0, entries.length)]
    .flatMap(({ objects, changes, places }) => places.flatMap(place => objects.flatMap(object => subjectOf(object, changes, place))))
}

function subjectOf({ ref, before, after }: JudgedObject, changes: readonly ObjectChange[], place: Place): readonly Subject[] {
  if (after === null) return []
  const change = changes.find(one => refKey(one.object) === refKey(ref))
  const renamed = change?.fields.find(field => samePath(field.path, NAME))?.after
  if (typeof renamed !== 'string') return [{ ...place, before, after, fields: change === undefined || before === null ? [{ path: [], before: undefined, after }] : change.fields }]
  // A generated object is compared under its old name, and made under the new one.
  const made = withField(after, NAME, renamed)
  return isObject(made) && isKubernetesObject(made) ? [{ ...place, before: null, after: made, fields: [{ path: [], before: undefined, after: made }] }] : []
}
