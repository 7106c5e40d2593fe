import type { Evidence } from '../../model/error.ts'
import type { Edit } from '../../model/field.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { directoryLooks } from '../edit/directory.ts'
import { kustomizeLooks } from '../edit/kustomize.ts'
import type { SearchSpace } from '../edit/kustomize.ts'
import type { Look, Sought } from '../edit/look.ts'
import type { Texts } from '../edit/place.ts'
import { suspectsOf } from '../edit/sentinels.ts'
import type { Suspect } from '../edit/sentinels.ts'
import { readSource } from '../edit/source.ts'
import type { Source } from '../edit/source.ts'
import type { RenderedObject } from '../ports.ts'
import type { Closure } from './closure.ts'
import { searchSpace } from './search-space.ts'
import type { TreeIndex } from './tree-index.ts'

/** How things stand with what was chosen so far: the texts of all files, and the render. */
export interface Standing {
  readonly texts: Texts
  readonly object: KubernetesObject
  readonly objects: readonly KubernetesObject[]
  readonly edits: readonly Edit[]
}

/** Where fields may stand. */
export interface Looker {
  /** The places that may decide a field, in the order in which they are tried. */
  looks(edit: Edit, now: Standing): readonly Look[]
  /** Every scalar that the value of a field may come from, whole or in part. */
  suspects(edit: Edit, texts: Texts): readonly Suspect[]
}

/** A looker that has to render to know. */
export interface AskingLooker extends Pick<Looker, 'suspects'> {
  looks(edit: Edit, now: Standing): readonly Look[] | Promise<readonly Look[]>
  /** What is so where none of the places that it gave for an edit has an effect; null where a later layer decides the field then. */
  unreached?(edit: Edit): Extract<Look, { kind: 'blocked' }> | null
}

/** Where an asked field may stand, for each format of source. The next format is one more branch here. */
export function looksFor(of: { readonly target: RenderedObject, readonly ref: ObjectRef, readonly closure: Closure, readonly index: TreeIndex }): Looker {
  const read = sourceReader()
  const space = (texts: Texts): SearchSpace => searchSpace({ closure: of.closure, index: of.index, target: of.ref, texts, read })
  const { origin } = of.target
  return {
    looks(edit, { texts, object, objects, edits }) {
      const sought: Sought = { target: of.ref, path: edit.path, before: edit.before, after: edit.after, object, objects, edits }
      if (origin === null) return kustomizeLooks(space(texts), sought)
      const text = texts.get(origin.path)
      return typeof text === 'string' ? directoryLooks(origin, text, sought) : []
    },
    suspects: ({ before }, texts) => origin === null && (typeof before === 'string' || typeof before === 'number') ? suspectsOf(space(texts), before) : [],
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

/** Reads each text once. */
function sourceReader(): (text: string) => Source {
  const known = new Map<string, Source>()
  return text => {
    const found = known.get(text) ?? readSource(text)
    known.set(text, found)
    return found
  }
}
