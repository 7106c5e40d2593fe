import { isMap } from 'yaml'
import type { Node } from 'yaml'
import type { FieldPath } from '../../model/field.ts'
import { textAt } from '../../model/json.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { asNode, keyText, readSource } from '../edit/source.ts'
import { placedIn } from '../owner-file/checkout-manifests.ts'
import type { PlacedManifest } from '../owner-file/read-files.ts'
import type { Tree } from '../ports.ts'

/**
 * `file:line` of each manifest of an object in a commit; with a path the line of that field, or of the last part of its way that is there. In the files of the object's own
 * namespace, or of none.
 */
export async function manifestLines(tree: Tree, ref: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>, path: FieldPath = ['kind']): Promise<readonly string[]> {
  const texts = await tree.read(tree.entries.filter(({ path: file, kind }) => kind !== 'symlink' && /\.(?:ya?ml|json)$/.test(file)).map(({ path: file }) => file))
  return [...texts].filter(([, text]) => text.includes(ref.kind) && text.includes(ref.name)).flatMap(([file, text]) => placedIn(file, text)
    .filter(({ object }) => object.kind === ref.kind && textAt(object, 'metadata', 'name') === ref.name && [undefined, ref.namespace].includes(textAt(object, 'metadata', 'namespace')))
    .map(({ place }) => `${file}:${lineOf(text, place, path)}`))
}

function lineOf(text: string, { document, steps }: PlacedManifest['place'], path: FieldPath): number {
  const source = readSource(text, 'last')
  const way = [...steps, ...path.filter(step => typeof step === 'string')]
  for (let length = way.length; length > steps.length; length--) {
    const at = lineOfNode(source, { document, way: way.slice(0, length) })
    if (at !== null) return at
  }
  return lineOfNode(source, { document, way: steps }) ?? 1
}

/** The line of the key, where the last step is one of a map. */
function lineOfNode(source: ReturnType<typeof readSource>, { document, way }: { readonly document: number, readonly way: readonly (string | number)[] }): number | null {
  const root = source.documents[document]
  const at = (steps: readonly (string | number)[]): Node | null => asNode(steps.length === 0 ? root?.contents : root?.getIn(steps, true))
  const parent = at(way.slice(0, -1))
  const pair = isMap(parent) ? parent.items.find(({ key }) => keyText(key) === way.at(-1)) : undefined
  const range = (pair === undefined ? at(way) : asNode(pair.key))?.range
  return range === undefined || range === null ? null : source.lineOf(range[0])
}
