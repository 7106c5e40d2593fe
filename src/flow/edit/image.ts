/** An image as kustomize's image transformer takes it apart. */
export interface ImageParts { readonly name: string, readonly tag: string | null, readonly digest: string | null }

/** `host:5000/team/web:1.2@sha256:…` → name, tag, digest. A colon before the last slash belongs to the host. */
export function imageParts(image: string): ImageParts {
  const at = image.indexOf('@')
  const digest = at < 0 ? null : image.slice(at + 1)
  const named = at < 0 ? image : image.slice(0, at)
  const colon = named.lastIndexOf(':')
  return colon > named.lastIndexOf('/') ? { name: named.slice(0, colon), tag: named.slice(colon + 1), digest } : { name: named, tag: null, digest }
}
