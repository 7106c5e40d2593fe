import type { FilePlace } from '../../model/check.ts'
import { refOf } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { asNode, readSource } from '../edit/source.ts'
import { placedIn } from '../owner-file/checkout-manifests.ts'
import type { RenderedObject } from '../ports.ts'
import type { TreeIndex } from '../proof/tree-index.ts'
import type { Delivery } from './delivery.ts'

/** The line on which a document of a file begins; 1 where that cannot be told. */
export function documentLine(text: string, document: number): number {
  const source = readSource(text, 'last')
  const at = asNode(source.documents[document]?.contents)?.range?.[0]
  return at === undefined ? 1 : source.lineOf(at)
}

/**
 * Where a rendered object comes from: the document that the renderer names, the template of its chart, or a document of the delivery's files that has its kind
 * and name, of the changed files first. Where that is in no changed file, a changed kustomization or file of its chart, or its owner: people look at what was changed. Else where
 * the delivery stands.
 */
export async function placeOf(index: TreeIndex, delivery: Delivery, of: { readonly rendered: RenderedObject, readonly changed: ReadonlySet<string> }): Promise<FilePlace> {
  const stated = await statedAt(index, delivery, of)
  if (stated !== null && of.changed.has(stated.file)) return stated
  // Another manifest beside it has nothing to do with it; the kustomizations, and all of a chart, may.
  const [file] = [...delivery.closure.kustomizations.map(one => one.file.path), ...delivery.ask.format === 'helm' ? [...delivery.closure.files].sort() : []].filter(path => of.changed.has(path))
  if (file !== undefined) return { file, line: 1 }
  return stated === null || of.changed.has(delivery.place.file) ? delivery.place : stated
}

async function statedAt(index: TreeIndex, delivery: Delivery, of: { readonly rendered: RenderedObject, readonly changed: ReadonlySet<string> }): Promise<FilePlace | null> {
  const { origin, source, object } = of.rendered
  if (origin !== null && index.files.has(origin.path)) return { file: origin.path, line: documentLine((await index.tree.read([origin.path])).get(origin.path) ?? '', origin.document) }
  if (source !== undefined && index.files.has(source)) return { file: source, line: 1 }
  return statedPlace(index, delivery, { object, changed: of.changed })
}

/** The document of a delivery's files that has the kind and the name of an object, of the changed files first. */
export async function statedPlace(index: TreeIndex, { closure }: Pick<Delivery, 'closure'>, of: { readonly object: KubernetesObject, readonly changed: ReadonlySet<string> }): Promise<FilePlace | null> {
  const files = [...closure.files].filter(file => /\.ya?ml$/.test(file)).sort()
  return await statedIn(index, files.filter(file => of.changed.has(file)), of.object) ?? await statedIn(index, files.filter(file => !of.changed.has(file)), of.object)
}

/** The document that states an object; a prefix, a suffix or the hash of a generated name may have been added. */
async function statedIn(index: TreeIndex, files: readonly string[], object: KubernetesObject): Promise<FilePlace | null> {
  const { name } = refOf(object)
  const kind = new RegExp(`\\bkind["']?:\\s*["']?${object.kind.replace(/\W/g, '')}\\b`)
  for (const [file, text] of await index.tree.read(files)) {
    if (!kind.test(text)) continue
    const found = placedIn(file, text).find(one => one.object.kind === object.kind && refOf(one.object).name !== '' && name.includes(refOf(one.object).name))
    if (found !== undefined) return { file, line: documentLine(text, found.place.document) }
  }
  return null
}
