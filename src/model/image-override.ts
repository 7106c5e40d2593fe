import type { ImageOverride } from './overlay.ts'

/** An image as `kustomize edit set image` takes it: `name:tag`, `name@digest`, `name=new:tag@digest`; null for what it refuses. */
export function imageOverride(text: string): ImageOverride | null {
  const equals = text.indexOf('=')
  const image = equals < 0 ? text : text.slice(equals + 1)
  const { name, tag, digest } = splitImage(image)
  if (name === text) return null
  return { name: equals < 0 ? name : text.slice(0, equals), ...equals < 0 ? {} : { newName: name }, ...tag === '' ? {} : { newTag: tag }, ...digest === '' ? {} : { digest } }
}

/** The text of an override, the other way round. */
export function imageOverrideText({ name, newName, newTag, digest }: ImageOverride): string {
  return `${newName === undefined ? '' : `${name}=`}${newName ?? name}${newTag === undefined ? '' : `:${newTag}`}${digest === undefined ? '' : `@${digest}`}`
}

/** kustomize's Split: a colon before the first slash belongs to the host. */
function splitImage(image: string): { readonly name: string, readonly tag: string, readonly digest: string } {
  const slash = Math.max(0, image.indexOf('/'))
  const rest = image.slice(slash)
  const [at, colon] = [rest.indexOf('@'), rest.indexOf(':')]
  if (at < 0 && colon < 0) return { name: image, tag: '', digest: '' }
  if (at >= 0 && (at < colon || colon < 0)) return { name: image.slice(0, slash + at), tag: '', digest: rest.slice(at + 1) }
  if (at >= 0) return { name: image.slice(0, slash + colon), tag: rest.slice(colon + 1, at), digest: rest.slice(at + 1) }
  return { name: image.slice(0, slash + colon), tag: rest.slice(colon + 1), digest: '' }
}
