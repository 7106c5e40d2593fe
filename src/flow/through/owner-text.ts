import { stringify } from 'yaml'
import { isObject } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { Edit } from '../../model/field.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { compareObjects } from '../fields/compare.ts'
import { anyManifestsIn } from '../owner-file/manifests-in.ts'

/** An object among those of a text, and what an edit of the text asks of it. */
export interface ObjectEdits { readonly object: KubernetesObject, readonly edits: readonly Edit[] }

/** Objects as one text of YAML documents that nobody wrote, without what the API server adds to them. */
export function textOf(objects: readonly KubernetesObject[]): string {
  return objects.map(object => stringify(clean(object), { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n')
}

function clean({ apiVersion, kind, metadata, ...rest }: KubernetesObject): JsonObject {
  const { status: _status, ...body } = rest
  const kept = (map: Json | undefined): JsonObject => isObject(map) ? Object.fromEntries(Object.entries(map).filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration')) : {}
  const { name, namespace, labels, annotations } = metadata
  return { apiVersion, kind, metadata: { name, ...namespace === undefined ? {} : { namespace }, labels: kept(labels), annotations: kept(annotations) }, ...body }
}

/** What an edited text asks of its objects; null where it holds other objects than before. */
export function editsIn(file: string, texts: { readonly before: string, readonly after: string }): readonly ObjectEdits[] | null {
  const [before, after] = [anyManifestsIn({ name: file, text: texts.before }), anyManifestsIn({ name: file, text: texts.after })]
  if (before.length !== after.length) return null
  return before.flatMap(({ object }, i) => {
    const { fields } = compareObjects(object, after[i]?.object ?? object)
    return fields.length === 0 ? [] : [{ object, edits: fields.map(({ path, before: old, after: now }) => ({ path, before: old, after: now, typed: true })) }]
  })
}
