import { samePath } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import { isObject, textAt } from '../../model/json.ts'
import type { OwnerRef } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { patchLooks } from '../edit/kustomize-patches.ts'
import type { Look, Sought } from '../edit/look.ts'
import { overlayLooks } from '../edit/owner-overlay.ts'
import { templateText, variableLooks } from '../edit/owner-variables.ts'
import type { Templated } from '../edit/owner-variables.ts'
import type { Texts } from '../edit/place.ts'
import { readSource } from '../edit/source.ts'
import type { RenderedObject } from '../ports.ts'
import type { RenderAsk } from './closure.ts'
import type { Looker } from './looks.ts'
import { resolvePath } from './tree-index.ts'

/** An object that an owner renders, and those of the asked fields that its own spec decides. */
export interface OwnersWord { readonly owner: OwnerRef, readonly ask: RenderAsk, readonly target: RenderedObject, readonly ref: ObjectRef, readonly decided: readonly Edit[] }

/**
 * Asks first what the owner's own spec says about a field, because that is laid over everything in its source: overrides where they stand in the
 * repository, and variables. A field that holds a variable is edited where that is defined and nowhere else, and one that an override decides in that
 * override, or where a part of it stands: whatever new could be laid over it in the source would hide the override from people.
 */
export function withOwnerLooks(inner: Looker, of: OwnersWord): Looker {
  const templated = templatedOf(of)
  const isDecided = (edit: Edit): boolean => of.decided.some(one => samePath(one.path, edit.path))
  return {
    looks(edit, now) {
      const sought = { target: of.ref, path: edit.path, before: edit.before, after: edit.after, object: now.object, objects: now.objects, edits: now.edits }
      const text = templated === null ? null : templateText(templated, edit.path)
      if (templated !== null && text !== null) return variableLooks(templated, text, sought)
      const all = [...overlayLooks(of.ask.places ?? [], now.texts, sought), ...patchFileLooks(of.ask, now.texts, sought), ...inner.looks(edit, now)]
      return isDecided(edit) ? all.filter(look => look.kind === 'blocked' || look.candidate.tier === undefined) : all
    },
    suspects: (edit, texts) => isDecided(edit) || (templated !== null && templateText(templated, edit.path) !== null) ? [] : inner.suspects(edit, texts),
  }
}

/** Patches of the owner's spec that stand in files of the source (Argo CD). */
function patchFileLooks({ path, kustomize }: RenderAsk, texts: Texts, sought: Sought): readonly Look[] {
  return (kustomize?.patches ?? []).flatMap(patch => {
    const file = resolvePath(path, textAt(patch, 'path') ?? '')
    const text = file === null ? undefined : texts.get(file)
    if (file === null || typeof text !== 'string' || !textAt(patch, 'path')) return []
    return patchLooks({ patch: { source: readSource(text), target: isObject(patch['target']) ? patch['target'] : null }, layer: { file, what: 'patch file of the owner', depth: -1, layer: 1 } }, sought)
  })
}

function templatedOf({ owner, ask, target }: { readonly owner: OwnerRef, readonly ask: RenderAsk, readonly target: RenderedObject }): Templated | null {
  const { template, object } = target
  return template === undefined || ask.substitute === undefined ? null : { template, object, rules: ask.substitute, owner: showOwner(owner), namespace: owner.namespace }
}
