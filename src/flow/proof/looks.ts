import type { Evidence } from '../../model/error.ts'
import type { Edit } from '../../model/field.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { directoryLooks } from '../edit/directory.ts'
import { kustomizeLooks } from '../edit/kustomize.ts'
import type { SearchSpace } from '../edit/kustomize.ts'
import type { Look } from '../edit/look.ts'
import { soughtOf } from '../edit/look.ts'
import type { RenderedObject } from '../ports.ts'
import type { Closure } from './closure.ts'
import type { TreeIndex } from './tree-index.ts'
import { resolvePath } from './tree-index.ts'

/** Where an asked field may stand, for each format of source. The next format is one more branch here. */
export function looksFor(of: { readonly target: RenderedObject, readonly ref: ObjectRef, readonly closure: Closure, readonly index: TreeIndex, readonly texts: ReadonlyMap<string, string> }): (edit: Edit) => readonly Look[] {
  const space = searchSpace(of.closure, of.index, of.texts)
  return edit => {
    const sought = soughtOf(edit, of.ref)
    if (sought === null) return []
    const { origin } = of.target
    if (origin === null) return kustomizeLooks(space, sought)
    const text = of.texts.get(origin.path)
    return text === undefined ? [] : directoryLooks(origin, text, sought)
  }
}

/** The parts of the kustomizations that change what their resources say, nearest first. */
export function layersOf(closure: Closure): readonly Evidence[] {
  const keys = ['transformers', 'replacements', 'vars', 'images', 'replicas', 'patches', 'patchesJson6902', 'patchesStrategicMerge']
  return closure.kustomizations.flatMap(({ file }) => keys.filter(key => file.value?.[key] !== undefined)
    .map(key => ({ sentence: `${key}: is applied over the resources`, at: `${file.path}:${lineOfKey(file.text, key)}` })))
}

function lineOfKey(text: string, key: string): number {
  return Math.max(0, text.split('\n').findIndex(line => line.startsWith(`${key}:`))) + 1
}

function searchSpace(closure: Closure, index: TreeIndex, texts: ReadonlyMap<string, string>): SearchSpace {
  const kustomizations = closure.kustomizations.flatMap(({ file, depth }) => file.value === null ? [] : [{
    path: file.path, value: file.value, depth,
    files: file.references.flatMap(reference => {
      const path = resolvePath(file.directory, reference.path)
      return path !== null && index.files.has(path) ? [{ path, reference }] : []
    }),
  }])
  return { kustomizations, loose: closure.loose, texts }
}
