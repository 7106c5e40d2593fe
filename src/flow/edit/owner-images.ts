import { imageOverride, imageOverrideText } from '../../model/image-override.ts'
import type { Json } from '../../model/json.ts'
import { isList, showJson } from '../../model/json.ts'
import type { ImageOverride, OverlayPlace } from '../../model/overlay.ts'
import { imageParts } from './image.ts'
import { isImage } from './kustomize-entries.ts'
import type { Look, Sought } from './look.ts'
import { candidateOf } from './look.ts'

/** Images of an Application, which stand there as texts (`name=new:tag@digest`). */
export function imageTextLooks(place: OverlayPlace, images: Json | undefined, sought: Sought): readonly Look[] {
  if (!isList(images) || !isImage(sought)) return []
  return images.flatMap((text, i) => {
    const wanted = typeof text === 'string' ? rewritten(text, { before: showJson(sought.before), after: showJson(sought.after) }) : null
    if (wanted === null || wanted === text) return []
    const layer = { file: place.file, what: `image of ${place.name}`, depth: -1, layer: 0 }
    return [candidateOf(layer, [{ op: 'set', place: { document: place.document, steps: [...place.steps, 'images', i], inner: null }, value: wanted }])]
  })
}

/** The text that gives the image its new name, tag and digest; null where the entry is for another image, or holds what is filled in elsewhere. */
function rewritten(text: string, { before, after }: { readonly before: string, readonly after: string }): string | null {
  const entry = /[$*]/.test(text) ? null : imageOverride(text)
  const [now, wanted] = [imageParts(before), imageParts(after)]
  if (entry === null || (entry.newName ?? entry.name) !== now.name || (wanted.tag === null && wanted.digest === null)) return null
  const renamed: ImageOverride = entry.newName === undefined && wanted.name === entry.name ? { name: entry.name } : { name: entry.name, newName: wanted.name }
  return imageOverrideText({ ...renamed, ...wanted.tag === null ? {} : { newTag: wanted.tag }, ...wanted.digest === null ? {} : { digest: wanted.digest } })
}
