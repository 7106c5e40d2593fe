import type { Json } from '../../model/json.ts'
import { isList, textAt } from '../../model/json.ts'
import type { KustomizationReference } from '../../model/kustomization.ts'
import { generatorLooks, generatorsOf, mergedLiteralLook, withoutHash } from './generators.ts'
import type { Generator } from './generators.ts'
import { entryLooks } from './kustomize-entries.ts'
import type { KustomizationText } from './kustomize-entries.ts'
import { extendedPatchLooks, inlinePatches, namedPatchLooks, targetOfEntry } from './kustomize-patches.ts'
import type { PlacedPatch } from './kustomize-patches.ts'
import type { Layer, Look, Sought } from './look.ts'
import { documentValue, lookAt, manifestStarts, valueBelow } from './look.ts'
import { fitAround, nameFit } from './name-fit.ts'
import type { Around } from './name-fit.ts'
import { newPatchLooks } from './overlay-patch.ts'
import { isReplaced } from './replacements.ts'
import type { Source } from './source.ts'
import { decidedAfterPatches, stageNames } from './stage.ts'
import type { StageName } from './stage.ts'

/** A kustomization that is reached, with the files that it names. */
export interface Reached extends KustomizationText {
  readonly files: readonly { readonly path: string, readonly reference: KustomizationReference }[]
  readonly around: readonly Around[]
}

/** What is searched: kustomizations by depth, manifests without one, and all files. */
export interface SearchSpace {
  readonly kustomizations: readonly Reached[]
  readonly loose: readonly string[]
  /** A file as YAML; null for one that is not there. */
  source(path: string): Source | null
  text(path: string): string | null
}

/**
 * Every place that may decide the sought field, likeliest and least shared first: nearest kustomization first, and in it the layer
 * that is applied last (entries, patches, resources), then what could be new in the asked overlay (editing.md 4.2, 4.3).
 * Whether a place decides the field is not guessed here: the render proves it.
 */
export function kustomizeLooks(space: SearchSpace, sought: Sought): readonly Look[] {
  const manifests = manifestsOf(space, sought)
  const generators = space.kustomizations.flatMap(kustomization => generatorsOf(kustomization, { target: sought.target, file: written => fileOf(space, kustomization, written) }))
  const declared = [...manifests.map(({ name }) => name), ...generators.map(declaredByGenerator)]
  // The hash of the content comes last of all.
  const staged = generators.length === 0 ? sought : { ...sought, target: { ...sought.target, name: withoutHash(sought.target.name) } }
  const looks = [
    ...manifests.flatMap(({ looks: found }) => found),
    ...generatorLooks(generators, sought),
    ...nearestPatches(space, sought),
    ...space.kustomizations.flatMap(kustomization => {
      const patches = patchesOf(space, kustomization)
      const names = [...stageNames(kustomization.value, staged.target, declared), ...declared]
      const late = kustomization.home && (decidedAfterPatches(kustomization.value, staged) || isReplaced(replacementsOf(space, kustomization), sought))
      return [
        ...entryLooks(kustomization, sought),
        ...late ? [] : extendedPatchLooks(patches, { kustomization, sought: staged, names }),
        ...kustomization.home ? homeLooks(space, kustomization, { sought: staged, declared, generators, late }) : [],
      ]
    }),
  ]
  return looks.map((look, i) => ({ look, i })).sort((a, b) => rank(a.look) - rank(b.look) || a.i - b.i).map(({ look }) => look)
}

/** What the patches hold: of those that name their object only the ones whose name fits best. */
function nearestPatches(space: SearchSpace, sought: Sought): readonly Look[] {
  const found = space.kustomizations.flatMap(kustomization => patchesOf(space, kustomization).flatMap(patch => namedPatchLooks(patch, sought)
    .map(({ look, name }) => ({ look, named: name !== undefined, fit: fitAround(name, kustomization.around, sought.target.name) }))))
  const best = Math.max(...found.map(({ fit }) => fit ?? 0))
  return found.filter(({ named, fit }) => !named || fit === best).map(({ look }) => look)
}

/** What is asked of the asked path's own kustomization. `late`: it decides the field itself after its patches. */
interface HomeAsk { readonly sought: Sought, readonly declared: readonly StageName[], readonly generators: readonly Generator[], readonly late: boolean }

/** What could be new in the asked path's own kustomization. */
function homeLooks(space: SearchSpace, home: Reached, of: HomeAsk): readonly Look[] {
  const source = space.source(home.path)
  if (source === null) return []
  const literal = mergedLiteralLook(home, of.generators, of.sought)
  return [...literal === null ? [] : [literal], ...newPatchLooks({ ...home, source }, of)]
}

/** The `replacements:` of a kustomization, those in files among them. */
function replacementsOf(space: SearchSpace, { value, files }: Reached): readonly Json[] {
  const inline = value['replacements']
  const read = files.filter(({ reference }) => reference.steps[0] === 'replacements').flatMap(({ path }) => space.source(path)?.documents.map(documentValue) ?? [])
  return [...isList(inline) ? inline : [], ...read.flatMap(document => isList(document) ? document : [document])]
}

function declaredByGenerator({ entry }: Generator): StageName {
  return { name: textAt(entry, 'name') ?? '', namespace: textAt(entry, 'namespace') ?? null }
}

function fileOf(space: SearchSpace, { files }: Reached, written: string): { readonly path: string, readonly text: string | null } | null {
  const found = files.find(({ reference }) => reference.role === 'data' && reference.path === written)
  return found === undefined ? null : { path: found.path, text: space.text(found.path) }
}

function patchesOf(space: SearchSpace, kustomization: Reached): readonly PlacedPatch[] {
  const files = kustomization.files.flatMap(({ path, reference }) => {
    const source = reference.role === 'patch' ? space.source(path) : null
    const layer = { file: path, what: 'patch', depth: kustomization.depth, layer: 1 }
    return source === null ? [] : [{ patch: { source, target: targetOfEntry(kustomization.value, reference.steps) }, layer }]
  })
  return [...inlinePatches(kustomization), ...files]
}

type Fit = (name: string | undefined) => number | null

interface FoundManifest { readonly fit: number, readonly name: StageName, readonly looks: readonly Look[] }

/** Manifests that may be the target's: of its kind, with a name that prefixes and suffixes make into the rendered one, or, where there is none, that it contains. */
function manifestsOf(space: SearchSpace, sought: Sought): readonly FoundManifest[] {
  const made = nameFit(space.kustomizations.map(({ value }) => value), sought.target.name)
  const found = [
    ...space.loose.flatMap(file => manifestsIn(space, { file, what: 'manifest', depth: 0, layer: 2 }, { sought, fit: made })),
    ...space.kustomizations.flatMap(({ files, depth, around }) => {
      const fit: Fit = name => fitAround(name, around, sought.target.name) || made(name)
      return files.filter(({ reference }) => reference.role === 'resource').flatMap(({ path }) => manifestsIn(space, { file: path, what: 'resource', depth, layer: 2 }, { sought, fit }))
    }),
  ]
  const best = Math.max(...found.map(manifest => manifest.fit))
  const near = ({ name }: FoundManifest): number => name.namespace === null || name.namespace === sought.target.namespace ? 0 : 1
  return found.filter(manifest => manifest.fit === best).sort((a, b) => near(a) - near(b))
}

function manifestsIn(space: SearchSpace, layer: Layer, { sought, fit }: { readonly sought: Sought, readonly fit: Fit }): readonly FoundManifest[] {
  const source = namesKind(space.text(layer.file), sought.target.kind) ? space.source(layer.file) : null
  if (source === null || source.problem !== null) return []
  return source.documents.flatMap((document, i) => manifestStarts(document, manifest => textAt(manifest, 'kind') === sought.target.kind).flatMap(start => {
    const manifest = valueBelow(documentValue(document), start)
    const name = textAt(manifest, 'metadata', 'name')
    const fits = fit(name)
    if (name === undefined || fits === null) return []
    const look = lookAt({ source, document: i, start, path: sought.path }, sought, layer)
    return [{ fit: fits, name: { name, namespace: textAt(manifest, 'metadata', 'namespace') ?? null }, looks: look === null ? [] : [look] }]
  }))
}

/** A look at the text is enough to leave most files unread, which are large where they hold custom kinds. */
export function namesKind(text: string | null, kind: string): boolean {
  return text !== null && new RegExp(`kind["']?\\s*:\\s*(?:[&!]\\S+\\s+)*["']?${kind}(?![A-Za-z0-9])`).test(text)
}

function rank(look: Look): number {
  return look.kind === 'candidate' ? look.candidate.depth * 10 + look.candidate.layer : -1
}
