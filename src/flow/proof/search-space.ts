import type { JsonObject } from '../../model/json.ts'
import { isObject, textAt } from '../../model/json.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { namesKind } from '../edit/kustomize.ts'
import type { Reached, SearchSpace } from '../edit/kustomize.ts'
import { documentValue, manifestStarts, valueBelow } from '../edit/look.ts'
import type { Texts } from '../edit/place.ts'
import type { Source } from '../edit/source.ts'
import type { Closure } from './closure.ts'
import { namesAround } from './name-around.ts'
import type { KustomizationFile, TreeIndex } from './tree-index.ts'
import { resolvePath } from './tree-index.ts'

export interface SpaceOf {
  readonly closure: Closure
  readonly index: TreeIndex
  readonly texts: Texts
  readonly target: ObjectRef
  read(text: string): Source
}

/** What the asked path is rendered from, read as it stands now. */
export function searchSpace(of: SpaceOf): SearchSpace {
  const text = (path: string): string | null => of.texts.get(path) ?? null
  const source = (path: string): Source | null => {
    const found = text(path)
    return found === null ? null : of.read(found)
  }
  const homes = homesOf(of, source)
  const around = namesAround(of.index, of.closure)
  const kustomizations = of.closure.kustomizations.flatMap(({ file, depth }): readonly Reached[] => {
    const held = kustomizationIn(source(file.path))
    return held === null ? [] : [{ path: file.path, ...held, depth, home: homes.has(file.path), around: around.get(file.path) ?? [], files: filesOf(of.index, file) }]
  })
  return { kustomizations, loose: of.closure.loose, source, text }
}

/**
 * The kustomizations that new entries go into: the asked path's own. Where it has none (a Flux path), the nearest ones that hold a manifest of the kind
 * are to the object what an overlay of its own would be.
 */
function homesOf(of: SpaceOf, source: SpaceSource): ReadonlySet<string> {
  const nearest = Math.min(...of.closure.kustomizations.map(({ depth }) => depth))
  const near = of.closure.kustomizations.filter(({ depth }) => depth === nearest).map(({ file }) => file)
  if (nearest === 0 || near.length === 1) return new Set(near.map(({ path }) => path))
  return new Set(near.filter(file => reached(of.index, file).some(path => namesKind(of.texts.get(path) ?? null, of.target.kind) && holds(source(path), of.target))).map(({ path }) => path))
}

type SpaceSource = (path: string) => Source | null

function holds(source: Source | null, { kind, name }: ObjectRef): boolean {
  if (source === null || source.problem !== null) return false
  return source.documents.some(document => manifestStarts(document, manifest => textAt(manifest, 'kind') === kind).some(start => {
    const found = textAt(valueBelow(documentValue(document), start), 'metadata', 'name')
    return found !== undefined && name.includes(found)
  }))
}

/** The files that a kustomization and those it names read. */
function reached(index: TreeIndex, start: KustomizationFile): readonly string[] {
  const todo = [start]
  const seen = new Set<string>()
  const files: string[] = []
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    if (seen.has(file.path)) continue
    seen.add(file.path)
    files.push(...filesOf(index, file).map(({ path }) => path))
    for (const { path } of file.references) {
      const directory = resolvePath(file.directory, path)
      const next = directory === null ? undefined : index.kustomizations.get(directory)
      if (next !== undefined) todo.push(next)
    }
  }
  return files
}

function filesOf(index: TreeIndex, file: KustomizationFile): Reached['files'] {
  return file.references.flatMap(reference => {
    const path = resolvePath(file.directory, reference.path)
    return path !== null && index.files.has(path) ? [{ path, reference }] : []
  })
}

/** The one document of a kustomization file that holds something. */
function kustomizationIn(source: Source | null): { readonly document: number, readonly value: JsonObject } | null {
  if (source === null || source.problem !== null) return null
  const found = source.documents.flatMap((document, i) => {
    const value = documentValue(document)
    return isObject(value) ? [{ document: i, value }] : []
  })
  return found.length === 1 ? found[0] ?? null : null
}
