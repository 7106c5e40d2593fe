import type { JsonObject } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import { imageParts } from './image.ts'
import type { Look, Sought } from './look.ts'
import { leafKey } from './look.ts'
import type { TextEdit, YamlSteps } from './place.ts'

/** One kustomization, as places in its file. */
export interface KustomizationText { readonly path: string, readonly value: JsonObject, readonly depth: number }

/** Entries of `images:` and `replicas:` that hold the sought value. New keys are never added to an entry. */
export function entryLooks(kustomization: KustomizationText, sought: Sought): readonly Look[] {
  if (leafKey(sought.path) === 'image' && typeof sought.before === 'string' && typeof sought.after === 'string') {
    return imageLooks(kustomization, sought.before, sought.after)
  }
  return sought.path.length === 2 && leafKey(sought.path) === 'replicas' ? replicaLooks(kustomization, sought) : []
}

function imageLooks(kustomization: KustomizationText, before: string, after: string): readonly Look[] {
  return entries(kustomization, 'images').flatMap(({ entry, index }) => {
    const edits = imageEdits(entry, ['images', index], { before, after })
    return edits === null ? [] : [lookOf(kustomization, 'entry of images:', edits)]
  })
}

/** The scalars of an entry that turn one image into the other; null where the entry did not make the old one or lacks a key for the new one. */
function imageEdits(entry: JsonObject, at: YamlSteps, { before, after }: { readonly before: string, readonly after: string }): readonly TextEdit[] | null {
  const now = imageParts(before)
  const wanted = imageParts(after)
  const { name, newName, newTag, digest } = entry
  if ((typeof newName === 'string' ? newName : name) !== now.name) return null
  const edits: TextEdit[] = []
  const set = (key: string, value: string): void => { edits.push({ op: 'set', place: { document: 0, steps: [...at, key], inner: null }, value }) }
  if (wanted.name !== now.name) {
    if (typeof newName !== 'string') return null
    set('newName', wanted.name)
  }
  // Some people write the digest behind the tag in newTag; kustomize then prints both.
  if (typeof newTag === 'string' && now.digest !== null && newTag === `${now.tag ?? ''}@${now.digest}`) {
    set('newTag', after.slice(wanted.name.length + 1))
    return wanted.tag === null ? null : edits
  }
  if (wanted.tag !== now.tag) {
    if (typeof newTag !== 'string' || newTag !== now.tag || wanted.tag === null) return null
    set('newTag', wanted.tag)
  }
  if (wanted.digest !== now.digest) {
    if (typeof digest !== 'string' || digest !== now.digest || wanted.digest === null) return null
    set('digest', wanted.digest)
  }
  return edits.length === 0 ? null : edits
}

function replicaLooks(kustomization: KustomizationText, { before, after, target }: Sought): readonly Look[] {
  return entries(kustomization, 'replicas').flatMap(({ entry, index }) => {
    const { name, count } = entry
    if (count !== before || typeof name !== 'string' || !target.name.includes(name)) return []
    return [lookOf(kustomization, 'entry of replicas:', [{ op: 'set', place: { document: 0, steps: ['replicas', index, 'count'], inner: null }, value: after }])]
  })
}

function lookOf(kustomization: KustomizationText, what: string, edits: readonly TextEdit[]): Look {
  return { kind: 'candidate', candidate: { file: kustomization.path, what, depth: kustomization.depth, layer: 0, changes: [{ file: kustomization.path, edits }] } }
}

function entries(kustomization: KustomizationText, key: string): readonly { readonly entry: JsonObject, readonly index: number }[] {
  const list = kustomization.value[key]
  return isList(list) ? list.flatMap((entry, index) => isObject(entry) ? [{ entry, index }] : []) : []
}
