import type { Around } from '../edit/name-fit.ts'
import { textAt } from '../../model/json.ts'
import type { Closure } from './closure.ts'
import type { KustomizationFile, TreeIndex } from './tree-index.ts'
import { resolvePath } from './tree-index.ts'

const MOST_WAYS = 50

/** For each kustomization of a closure, by its file: the prefixes and suffixes that lie around its names in the end. */
export function namesAround(index: TreeIndex, closure: Closure): ReadonlyMap<string, readonly Around[]> {
  const found = new Map<string, Around[]>()
  const nearest = Math.min(...closure.kustomizations.map(({ depth }) => depth))
  const walk = (file: KustomizationFile, outer: Around, way: readonly string[]): void => {
    const known = found.get(file.path) ?? []
    if (way.includes(file.path) || known.length >= MOST_WAYS) return
    const here = { prefix: `${outer.prefix}${textAt(file.value, 'namePrefix') ?? ''}`, suffix: `${textAt(file.value, 'nameSuffix') ?? ''}${outer.suffix}` }
    found.set(file.path, [...known, here])
    for (const { path } of file.references) {
      const directory = resolvePath(file.directory, path)
      const next = directory === null ? undefined : index.kustomizations.get(directory)
      if (next !== undefined) walk(next, here, [...way, file.path])
    }
  }
  for (const { file, depth } of closure.kustomizations) if (depth === nearest) walk(file, { prefix: '', suffix: '' }, [])
  return found
}
