import { differs } from '../model/live-diff.ts'
import type { LiveDiff, LiveDifference } from '../model/live-diff.ts'
import { showPath } from '../model/field.ts'
import { showOwner } from '../model/owner.ts'
import type { OwnerRef, OwnerSource } from '../model/owner.ts'
import { showRef } from '../model/resource.ts'
import { changedObject, withoutSecrets } from './changed-object.ts'
import { counted, line } from './line.ts'
import type { Line } from './line.ts'

/** Git against live as it is printed; values of Secrets are not in it. */
export interface DiffDocument {
  readonly kind: 'Diff'
  readonly owner: OwnerRef
  readonly source: OwnerSource
  readonly branch: string
  readonly commit: string
  readonly differs: boolean
  readonly objects: readonly LiveDifference[]
  readonly notes: readonly string[]
}

export function diffDocument({ owner, branch, commit, objects, notes }: LiveDiff): DiffDocument {
  const { tool, kind, cluster, namespace, name } = owner
  return { kind: 'Diff', owner: { tool, kind, cluster, namespace, name }, source: owner.source, branch, commit, differs: objects.some(differs), objects: objects.map(shown), notes }
}

function shown(one: LiveDifference): LiveDifference {
  const hide = (fields: LiveDifference['fields']): LiveDifference['fields'] => withoutSecrets({ object: one.object, kind: 'changed', fields, reordered: [] }).fields
  return { ...one, fields: hide(one.fields), ignored: hide(one.ignored).map((field, i) => ({ ...field, because: one.ignored[i]?.because ?? '' })) }
}

/** Live → Git for a person: what differs first, then what is left alone, and how it was found out. */
export function liveDiffLines(diff: DiffDocument): readonly Line[] {
  const unasked = diff.objects.filter(one => !one.serverAsked && one.kind !== 'extra' && one.kind !== 'refused').length
  const different = diff.objects.filter(differs)
  return [
    line(`${showOwner(diff.owner)}: live against ${diff.branch} at ${diff.commit.slice(0, 12)} of ${diff.source.url}`, 'title'),
    ...diff.objects.flatMap(one => objectLines(one)),
    ...diff.notes.map(note => line(note, 'warn')),
    ...unasked === 0 ? [] : [line(`Server not asked for ${counted(unasked, 'object')}: the render was compared with what is live. The right to patch is missing.`, 'warn')],
    different.length === 0 ? line(`No difference in ${counted(diff.objects.length, 'object')}.`, 'good') : line(`${different.length} of ${counted(diff.objects.length, 'object')} ${different.length === 1 ? 'differs' : 'differ'} (live → Git).`, 'warn'),
  ]
}

function objectLines(one: LiveDifference): readonly Line[] {
  const left = one.ignored.map(field => line(`  ${showPath(field.path)} differs and is left so: ${field.because}`, 'dim'))
  const head = (text: string, tone: Line['tone']): Line => line(`${showRef(one.object)} ${text}`, tone)
  switch (one.kind) {
    case 'same': return left.length === 0 ? [] : [head('is as Git says', 'dim'), ...left]
    case 'missing': return [head('is in Git and not live', 'added')]
    case 'extra': return [head('is live and no longer in Git', 'removed')]
    case 'refused': return [head(`would not be taken: ${one.sentence ?? ''}`, 'bad')]
    case 'changed': return [...changedObject({ object: one.object, kind: 'changed', fields: one.fields, reordered: [] }), ...left]
  }
}
