import type { Owner } from '../../model/owner.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { refOf } from '../../model/resource.ts'
import { withoutHash } from '../edit/generators.ts'
import type { RenderedObject } from '../ports.ts'
import { findTarget } from '../proof/target.ts'

/** The objects of a render that are the target; a generated ConfigMap also under the name that another content gives it. */
export function whateverHash(objects: readonly RenderedObject[], target: ObjectRef, { destination }: Pick<Owner, 'destination'>): readonly RenderedObject[] {
  const found = findTarget(objects, target, destination)
  if (found.length > 0 || !isGenerated(target)) return found
  const plain = withoutHash(target.name)
  const names = objects.map(({ object }) => refOf(object)).filter(ref => ref.kind === 'ConfigMap' && ref.name !== plain && withoutHash(ref.name) === plain).map(ref => ref.name)
  return [...new Set(names)].flatMap(name => findTarget(objects, { ...target, name }, destination))
}

/** True for a ConfigMap whose name may end in a hash of its content. */
export function isGenerated({ kind, group, name }: ObjectRef): boolean {
  return kind === 'ConfigMap' && group === '' && withoutHash(name) !== name
}
