import type { FieldChange } from '../../model/field.ts'
import { isRefusal } from '../../model/error.ts'
import type { LiveDifference } from '../../model/live-diff.ts'
import type { Owner } from '../../model/owner.ts'
import type { KubernetesObject, Target } from '../../model/resource.ts'
import { autoscaler } from '../owner/autoscaler.ts'
import { ignoredField } from '../fields/ignored-field.ts'
import type { World } from '../world.ts'

/** Takes out of a difference what is meant to be so: fields that the owner is told to leave alone, and replicas that an autoscaler sets. */
export async function leftAlone(world: World, owner: Owner, found: { readonly difference: LiveDifference, readonly rendered: KubernetesObject }): Promise<LiveDifference> {
  const { difference, rendered } = found
  if (difference.kind !== 'changed') return difference
  const target: Target = { cluster: owner.destination.cluster, ...difference.object }
  const tool = world.tools.find(one => one.name === owner.tool)
  const read = await tool?.read(owner, target, 'suspended')
  if (read !== undefined && isRefusal(read) && read.refused === 'IGNORED') return { ...difference, kind: 'same', fields: [], ignored: difference.fields.map(field => ({ ...field, because: read.message })) }
  const ignores = read === undefined || isRefusal(read) ? owner.ignores ?? [] : read.ignores ?? []
  const cluster = world.clusters.named(target.cluster)
  const kind = ignores.length === 0 ? null : await cluster.served(target.group, target.kind)
  const live = kind === null ? null : await cluster.get({ ...kind, version: target.version }, target.namespace, target.name)
  const fields: FieldChange[] = []
  const ignored: (FieldChange & { because: string })[] = []
  for (const field of difference.fields) {
    const edit = { path: field.path, before: undefined, after: field.after }
    const refused = ignoredField({ owner, ignores, rendered, live }, [edit]) ?? await autoscaler(cluster, target, [edit])
    // Where nobody can tell whether it is left alone, it is a difference.
    if (refused?.refused === 'IGNORED') ignored.push({ ...field, because: refused.evidence[0]?.sentence ?? refused.message })
    else fields.push(field)
  }
  return { ...difference, kind: fields.length === 0 ? 'same' : 'changed', fields, ignored }
}
