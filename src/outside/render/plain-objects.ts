import { textAt, valueAt } from '../../model/json.ts'
import { refKey, refOf, showRef } from '../../model/resource.ts'
import type { RenderResult, RenderedObject } from '../../flow/ports.ts'

const LOCAL = 'config.kubernetes.io/local-config'

/**
 * The objects of plain files as a generated kustomization that only lists them gives them: what is marked local is left out, the same object
 * twice is an error, and kinds that mean something to kustomize itself are not understood here.
 */
export function plainObjects(objects: readonly RenderedObject[]): RenderResult {
  const known = new Set<string>()
  const kept: RenderedObject[] = []
  for (const one of objects) {
    const { object, origin } = one
    const at = origin?.path ?? ''
    if (/^(?:kustomize\.config\.k8s\.io|builtin$|config\.kubernetes\.io)/.test(object.apiVersion)) {
      return { ok: false, message: `${at}: ${object.apiVersion} ${object.kind} needs kustomize to be rendered.`, blocked: { code: 'UNSUPPORTED', at } }
    }
    if (textAt(object, 'metadata', 'annotations', LOCAL) === 'true') continue
    const strange = ['labels', 'annotations'].find(key => Object.values(valueAt(object, 'metadata', key) ?? {}).some(value => typeof value !== 'string'))
    if (strange !== undefined) return { ok: false, message: `${at}: metadata.${strange} holds a value that is no text.`, blocked: { code: 'UNSUPPORTED', at } }
    const ref = refOf(object)
    if (known.has(refKey(ref))) return { ok: false, message: `${at}: ${showRef(ref)} is there twice.`, blocked: { code: 'RENDER_FAILED', at } }
    known.add(refKey(ref))
    kept.push(one)
  }
  return { ok: true, objects: kept }
}
