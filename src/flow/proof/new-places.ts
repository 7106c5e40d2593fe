import { refuse } from '../../model/error.ts'
import type { Evidence, Refusal } from '../../model/error.ts'
import type { ConsumerOwner, Owner } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { showRef } from '../../model/resource.ts'
import { newPlaces } from '../edit/create-places.ts'
import type { ManifestFolder, NewPlace } from '../edit/create-places.ts'
import type { Closure } from './closure.ts'
import { closureOf } from './closure.ts'
import { otherConsumers, renderAsk } from './consumers.ts'
import type { Consumer } from './consumer.ts'
import { directoryOf, resolvePath } from './tree-index.ts'
import type { TreeIndex } from './tree-index.ts'

/** A delivery in which a new object could stand. */
export interface Delivering {
  readonly owner: Pick<Owner, 'tool' | 'kind' | 'cluster' | 'namespace' | 'name' | 'source' | 'render'>
  readonly owners: readonly ConsumerOwner[]
  readonly samePath: 'other' | 'asked'
  readonly scope: 'app' | 'shared'
}

/** Sources whose manifests are files of their own. */
const FORMATS: ReadonlySet<string> = new Set(['kustomize', 'directory', 'flux-directory'])

/** The places that the repository's own layout has for a new object; where only the asked delivery may change, those that it alone reads. */
export async function placesIn(index: TreeIndex, target: ObjectRef, { owner, owners, samePath, scope }: Delivering): Promise<readonly NewPlace[]> {
  const ask = renderAsk(index, owner)
  // A chart makes its objects itself; nothing is put beside its templates.
  if (!FORMATS.has(ask.format)) return []
  const closure = closureOf(index, ask)
  const consumers = otherConsumers({ index, asked: owner, owners, samePath })
  const texts = await index.tree.read([...closure.files])
  const folders = [...kustomized(index, closure, { texts, consumers }), ...ask.format === 'kustomize' ? [] : plain({ closure, path: ask.path, texts, consumers })]
  const own = scope === 'shared' ? folders : folders.filter(({ shared }) => !shared)
  const name = `${owner.tool}/${owner.cluster}/${owner.namespace}/${owner.name}/${owner.source.path}`
  return newPlaces(own, target, { owner: name, exists: path => index.files.has(path) || index.directories.has(path) || index.symlinks.has(path) })
}

/** NEEDS_INPUT with the places to choose from. `at` says which delivery each belongs to. */
export function choosePlace(target: ObjectRef, found: readonly { readonly owner: Delivering['owner'] | null, readonly places: readonly NewPlace[] }[], more: readonly Evidence[] = []): Refusal {
  const evidence = found.flatMap(({ owner, places }) => places.map(place => ({
    sentence: `--place ${place.id}: ${place.what}${owner === null ? '' : `, deployed by ${showOwner(owner)}`}`, at: place.file,
  })))
  const none = evidence.length === 0
  return refuse('NEEDS_INPUT', none ? `No place in Git is known for ${showRef(target)}.` : `${showRef(target)} is new, and could stand in ${evidence.length === 1 ? 'this place' : `${evidence.length} places`}.`, [...evidence, ...more],
    none ? 'Deploy something into that namespace from Git first, or name the repository for new objects as defaultRepo of the environment.' : 'Ask again with --place ID, one of the IDs above.')
}

interface Texts { readonly texts: ReadonlyMap<string, string>, readonly consumers: readonly Consumer[] }

function kustomized(index: TreeIndex, closure: Closure, { texts, consumers }: Texts): readonly ManifestFolder[] {
  return closure.kustomizations.flatMap(({ file }) => {
    if (file.value === null) return []
    const files = file.references.flatMap(({ role, path }) => {
      const resolved = role === 'resource' ? resolvePath(file.directory, path) : null
      const text = resolved === null || !index.files.has(resolved) ? undefined : texts.get(resolved)
      return resolved === null || text === undefined ? [] : [{ path: resolved, text }]
    })
    return [{ path: file.directory, kustomization: { path: file.path, text: file.text, value: file.value }, files, shared: reads(consumers, file.path) }]
  })
}

/** Folders whose manifests are all read: the asked path, and those below it that hold some. */
function plain({ closure, path, texts, consumers }: { readonly closure: Closure, readonly path: string } & Texts): readonly ManifestFolder[] {
  const byFolder = new Map<string, ManifestFolder['files'][number][]>([[path, []]])
  for (const file of closure.loose) {
    const text = texts.get(file)
    if (text !== undefined) byFolder.set(directoryOf(file), [...byFolder.get(directoryOf(file)) ?? [], { path: file, text }])
  }
  return [...byFolder].map(([folder, files]) => ({
    path: folder, kustomization: null, files, shared: consumers.some(({ ask, closure: other }) => other.opaque || (ask.format !== 'kustomize' && (ask.path === folder || (files.length > 0 && files.every(one => other.files.has(one.path)))))),
  }))
}

function reads(consumers: readonly Consumer[], path: string): boolean {
  return consumers.some(({ closure }) => closure.opaque || closure.files.has(path))
}
