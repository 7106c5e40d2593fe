import { WritError } from '../../model/error.ts'
import { isList, isObject } from '../../model/json.ts'
import type { TextPlace } from '../../model/overlay.ts'
import { isKubernetesObject } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { documentValue } from '../edit/look.ts'
import { asNode, readSource } from '../edit/source.ts'

/** A file with manifests, as the caller gave it. */
export interface GivenFile {
  /** As the caller wrote it; `-` is stdin. */
  readonly name: string
  readonly text: string
}

/** One manifest of a file, and the way to it: list kinds hold several in one document. */
export interface FileManifest extends Pick<TextPlace, 'document' | 'steps'> { readonly object: KubernetesObject, readonly line: number }

/** All manifests of a file. Throws usage/bad-argument with `file:line` for what cannot be read, and for what is no manifest. */
export function manifestsIn(file: GivenFile): readonly FileManifest[] {
  return read(file).map(found => {
    if ('problem' in found) throw bad(file, found)
    return found
  })
}

/** The manifests of a file of the checkout; what is none is passed over. */
export function anyManifestsIn(file: GivenFile): readonly FileManifest[] {
  return read(file).flatMap(found => 'problem' in found ? [] : [found])
}

interface Problem { readonly line: number, readonly problem: string }

function bad({ name }: GivenFile, { line, problem }: Problem): WritError {
  return new WritError('usage/bad-argument', `${name === '-' ? 'stdin' : name}:${line}: ${problem}.`, { hint: 'Give manifests of Applications and Kustomizations, as kubectl get -o yaml prints them.' })
}

function read({ text }: GivenFile): readonly (FileManifest | Problem)[] {
  const source = readSource(text, 'last')
  if (source.problem !== null) return [{ line: source.problem.line, problem: source.problem.message }]
  return source.documents.flatMap((document, i) => {
    const value = documentValue(document)
    if (value === null) return []
    const line = source.lineOf(asNode(document.contents)?.range?.[0] ?? 0)
    const items = isObject(value) && isList(value['items']) ? value['items'].map((item, at) => ({ item, steps: ['items', at] })) : [{ item: value, steps: [] }]
    return items.map(({ item, steps }): FileManifest | Problem => isKubernetesObject(item) ? { object: item, document: i, steps, line } : { line, problem: 'no Kubernetes object' })
  })
}
