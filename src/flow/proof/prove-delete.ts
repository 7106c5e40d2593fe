import { isRefusal, refuse } from '../../model/error.ts'
import type { Evidence, Refusal } from '../../model/error.ts'
import { isList, isObject, textAt } from '../../model/json.ts'
import { isInline } from '../../model/kustomization.ts'
import { refOf, showRef } from '../../model/resource.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { applyEdits } from '../edit/apply-edits.ts'
import { deadEntries, deletePatch, isEmptyWithout, withoutEntries } from '../edit/delete-entries.ts'
import type { DeadEntries, EditedKustomization, Named } from '../edit/delete-entries.ts'
import { declarationsIn, withoutDeclaration } from '../edit/delete-manifest.ts'
import type { Declaration } from '../edit/delete-manifest.ts'
import { nameFit } from '../edit/name-fit.ts'
import type { FileEdit } from '../edit/place.ts'
import { fileChanges } from '../edit/place.ts'
import { jsonOf, readSource } from '../edit/source.ts'
import { stageName, stageNames } from '../edit/stage.ts'
import { touchGuard } from '../edit/touch-guard.ts'
import type { RenderedObject } from '../ports.ts'
import { linkedObject, renderBase, shownPath } from './base-render.ts'
import type { BaseRender } from './base-render.ts'
import type { Bench } from './bench.ts'
import type { Closure } from './closure.ts'
import type { Consumer } from './consumer.ts'
import { otherConsumers } from './consumers.ts'
import type { AlreadySo } from './prove-edits.ts'
import { findTarget } from './target.ts'
import { directoryOf, resolvePath } from './tree-index.ts'
import { sharedWhole, tryWhole } from './whole-object.ts'
import type { ProvenWhole, WholeAsk, WholeOutcome } from './whole-object.ts'

/** One way to take the object out. */
interface Way { readonly what: string, readonly at: string, readonly changes: readonly FileEdit[] }

/** `kustomizations` are those of the asked delivery; where others may change too, theirs as well. */
interface Deletion { readonly ask: WholeAsk, readonly base: BaseRender, readonly object: RenderedObject, readonly texts: ReadonlyMap<string, string>, readonly kustomizations: readonly EditedKustomization[] }

/**
 * Takes the object out of the source, with its entry of `resources:` and what is there for it alone, and proves by rendering that exactly it goes
 * (editing.md 4.6). Where others use the file and only the asked delivery may change, a patch of the asked overlay deletes it there.
 * Already so where the source does not render it.
 */
export async function proveDelete(bench: Bench, ask: WholeAsk): Promise<ProvenWhole | Refusal | AlreadySo> {
  if (ask.target.kind === 'Secret' && ask.target.group === '') return refuse('ENCRYPTED', `${showRef(ask.target)} is a Secret; Writ does not touch what holds secret values.`, [{ sentence: 'the kind is Secret' }], 'Take it out of Git by hand.')
  const base = await renderBase(bench, ask.owner)
  if (isRefusal(base)) return base
  if (base.ask.format === 'helm') return refuse('TEMPLATE', `${showRef(ask.target)} is made by a chart; Writ does not take templates out of charts.`, [{ sentence: 'the chart makes it', at: shownPath(base.ask) }], 'Turn it off in the values, if the chart can: writ set field on the values of its owner; else change the chart by hand.')
  const [object, ...twice] = findTarget(base.objects, ask.target, ask.owner.destination)
  if (object === undefined) return { already: [{ path: [], before: undefined, after: undefined }] }
  const linked = linkedObject(bench.index, object)
  if (linked !== null) return linked
  if (twice.length > 0) return refuse('AMBIGUOUS', `${shownPath(base.ask)} renders ${showRef(ask.target)} ${twice.length + 1} times.`, [object, ...twice].map(({ origin }) => ({ sentence: 'it is declared here', at: origin?.path ?? shownPath(base.ask) })))
  if (base.objects.length === 1) {
    return refuse('UNSUPPORTED', `${showRef(ask.target)} is the last object of ${shownPath(base.ask)}; its owner would deploy nothing.`, [{ sentence: 'it renders nothing else', at: shownPath(base.ask) }], 'Delete the owner itself by hand, with everything that it deploys.')
  }
  const closures = [base.closure, ...ask.scope === 'shared' ? (await consumersOf(bench, ask)).map(({ closure }) => closure) : []]
  const texts = await bench.index.tree.read([...new Set(closures.flatMap(({ files }) => [...files]))])
  return choose(bench, { ask, base, object, texts, kustomizations: kustomizationsOf(closures) })
}

async function consumersOf(bench: Bench, ask: WholeAsk): Promise<readonly Consumer[]> {
  return otherConsumers({ index: bench.index, asked: ask.owner, owners: await ask.owners(), samePath: ask.samePath })
}

async function choose(bench: Bench, of: Deletion): Promise<ProvenWhole | Refusal> {
  const failed: Evidence[] = []
  let shared: ProvenWhole | null = null
  for (const way of [...inPlace(bench, of), ...generated(of), ...byPatch(bench, of)]) {
    if (shared !== null && of.ask.scope === 'shared') break
    const outcome = await attempt(bench, of, way)
    if (isRefusal(outcome)) return outcome
    if (outcome.kind === 'exact') return outcome.proven
    if (outcome.kind === 'shared') shared ??= outcome.proven
    else failed.push({ sentence: `${way.what}: ${outcome.sentence}`, at: way.at })
  }
  if (shared !== null) return of.ask.scope === 'shared' ? shared : sharedWhole(of.ask, shared)
  if (failed.length > 0) return refuse('WIDE', `${showRef(of.ask.target)} cannot be taken out without anything else: ${failed[0]?.sentence ?? ''}.`, failed)
  return refuse('NO_CANDIDATE', `No file of ${shownPath(of.base.ask)} declares ${showRef(of.ask.target)} in a form that can be taken out; it may be generated.`, generators(of))
}

async function attempt(bench: Bench, { ask, base, texts }: Deletion, way: Way): Promise<WholeOutcome | Refusal> {
  const applied = applyEdits(texts, way.changes)
  if ('sentence' in applied) return { kind: 'no', sentence: applied.sentence }
  for (const { file } of way.changes) {
    const guard = touchGuard(readSource(texts.get(file) ?? '', 'last'), { start: 0, end: 0, text: '\n' }, 'remove')
    if (guard !== null) return refuse(guard.code, `${showRef(ask.target)} is not taken out of ${file}: ${guard.sentence}.`, [{ sentence: guard.sentence, at: file }])
  }
  return tryWhole(bench, { ask, base, wanted: null }, { files: fileChanges(texts, applied.texts), at: [way.at, ...applied.places.filter(place => place !== way.at && place !== way.at.replace(/:\d+$/, ''))], what: way.what })
}

function kustomizationsOf(closures: readonly Closure[]): readonly EditedKustomization[] {
  const files = new Map(closures.flatMap(closure => closure.kustomizations.map(({ file }) => [file.path, file] as const)))
  return [...files.values()].flatMap(file => {
    const document = (jsonOf(readSource(file.text)) ?? []).findIndex(isObject)
    return file.value === null || document < 0 ? [] : [{ path: file.path, directory: file.directory, document, value: file.value }]
  })
}

/** The document or file that declares it goes, with what names the file and what is there for the object alone. */
function inPlace(bench: Bench, of: Deletion): readonly Way[] {
  return declarations(of).flatMap(declaration => {
    const text = of.texts.get(declaration.file)
    const edit = text === undefined ? null : withoutDeclaration(text, declaration)
    if (edit === null) return []
    const dead = new Map(of.kustomizations.map(kustomization => [kustomization.path, deadEntries(kustomization, namedIn(of, kustomization, declaration.name))]))
    const changes = [edit, ...kustomizationEdits(bench, of, { gone: declaration.alone ? declaration.file : null, dead })]
    return [{ what: declaration.alone ? 'file' : 'document', at: `${declaration.file}:${declaration.line}`, changes }]
  })
}

/** The renderer knows the place in a directory; with kustomize every resource of the kind whose name fits may be it, the best fit first. */
function declarations({ ask, base, object, texts, kustomizations }: Deletion): readonly Declaration[] {
  const target = refOf(object.object)
  const fit = nameFit(kustomizations.map(({ value }) => value), target.name)
  const fits = (name: string, namespace: string | null): boolean => fit(name) !== null && (namespace === null || target.namespace === null || namespace === target.namespace || kustomizations.some(({ value }) => textAt(value, 'namespace') === target.namespace))
  const rank = (name: string): number => name === target.name ? 2 : fit(name) ?? 0
  const { origin } = object
  const paths = origin !== null ? [origin.path] : [...new Set([...base.closure.loose, ...base.closure.kustomizations.flatMap(({ file }) => file.references.flatMap(reference => reference.role === 'resource' ? resolvePath(file.directory, reference.path) ?? [] : []))])]
  const found = paths.flatMap(path => {
    const text = texts.get(path)
    return text === undefined ? [] : declarationsIn({ path, text }, ask.target, fits)
  })
  return found.filter(one => origin === null || one.document === origin.document).sort((a, b) => rank(b.name) - rank(a.name))
}

/** What kustomize's `replicas:` scales. */
const SCALED: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'])

function namedIn({ base, object, texts }: Deletion, kustomization: EditedKustomization, declared: string | null): Named {
  const target = refOf(object.object)
  const own = stageName(kustomization.value, target).name
  const refs = base.objects.map(other => refOf(other.object))
  const means = (name: string): boolean => name === own || name === target.name || (declared !== null && name === declared)
  const count = (kinds: ReadonlySet<string>, name: string): number => refs.filter(ref => kinds.has(ref.kind) && (ref.name === name || stageName(kustomization.value, ref).name === name)).length
  return {
    target,
    isIt: name => means(name) && count(new Set([target.kind]), name) <= 1,
    isScaled: name => SCALED.has(target.kind) && means(name) && count(SCALED, name) <= 1,
    text: path => texts.get(resolvePath(kustomization.directory, path) ?? '') ?? null,
  }
}

interface Gone { readonly gone: string | null, readonly dead: ReadonlyMap<string, DeadEntries> }

/** Entries that name what goes; a kustomization that is left with nothing to build goes, too, and its folder's entry above it. */
function kustomizationEdits(bench: Bench, { kustomizations, base }: Deletion, { gone, dead }: Gone): readonly FileEdit[] {
  const paths = new Set(gone === null ? [] : [gone])
  const removed = new Set<string>()
  let entries = new Map<string, DeadEntries['entries']>()
  for (;;) {
    entries = new Map(kustomizations.map(kustomization => [kustomization.path, [...dead.get(kustomization.path)?.entries ?? [], ...naming(kustomization, paths)]]))
    const empty = kustomizations.find(kustomization => !removed.has(kustomization.path) && kustomization.directory !== base.ask.path && naming(kustomization, paths).length > 0 && isEmptyWithout(kustomization, naming(kustomization, paths)))
    if (empty === undefined) break
    removed.add(empty.path)
    paths.add(empty.directory)
  }
  return [
    ...kustomizations.flatMap((kustomization): readonly FileEdit[] => {
      if (removed.has(kustomization.path)) return [{ file: kustomization.path, text: null }]
      const edits = withoutEntries(kustomization, entries.get(kustomization.path) ?? [])
      return edits.length === 0 ? [] : [{ file: kustomization.path, edits }]
    }),
    ...unusedFiles(bench, dead, new Set(kustomizations.map(({ path }) => path))),
  ]
}

/** Files that only the entries named which go. */
function unusedFiles(bench: Bench, dead: ReadonlyMap<string, DeadEntries>, edited: ReadonlySet<string>): readonly FileEdit[] {
  const files = [...dead].flatMap(([path, one]) => one.files.flatMap(file => resolvePath(directoryOf(path), file) ?? []))
  return [...new Set(files)].filter(file => !namedElsewhere(bench, file, edited)).map(file => ({ file, text: null }))
}

function naming({ value, directory }: EditedKustomization, paths: ReadonlySet<string>): DeadEntries['entries'] {
  return (['resources', 'bases'] as const).flatMap(key => {
    const list = value[key]
    if (!Array.isArray(list)) return []
    return list.flatMap((entry, index) => typeof entry === 'string' && paths.has(resolvePath(directory, entry) ?? ' ') ? [{ key, index }] : [])
  })
}

/** True where a kustomization beyond those that are edited names the file, too. */
function namedElsewhere(bench: Bench, file: string, edited: ReadonlySet<string>): boolean {
  return [...bench.index.kustomizations.values()].some(({ path, directory, references }) => !edited.has(path) && references.some(reference => !isInline(reference.path) && resolvePath(directory, reference.path) === file))
}

/** The entry of a generator that makes it goes. */
function generated(of: Deletion): readonly Way[] {
  return of.kustomizations.flatMap(kustomization => generatorEntries(of, kustomization).map(entry => ({
    what: `entry of ${entry.key}:`, at: kustomization.path,
    changes: [{ file: kustomization.path, edits: withoutEntries(kustomization, [entry, ...deadEntries(kustomization, namedIn(of, kustomization, null)).entries]) }],
  })))
}

/** Generated names may carry a hash; an entry that merges into another one's object makes none. */
function generatorEntries({ object }: Deletion, { value }: EditedKustomization): DeadEntries['entries'] {
  const target = refOf(object.object)
  const key = target.kind === 'ConfigMap' ? 'configMapGenerator' : ''
  const list = value[key]
  const { name } = stageName(value, target)
  if (!isList(list)) return []
  return list.flatMap((entry, index) => {
    const own = textAt(entry, 'name') ?? ''
    return (own === name || new RegExp(`^${own.replaceAll(/[^\w-]/g, '\\$&')}-[a-z0-9]{10}$`).test(name)) && (textAt(entry, 'behavior') ?? 'create') === 'create' ? [{ key, index }] : []
  })
}

/** A patch of the asked path's own kustomization that deletes the object there. */
function byPatch(bench: Bench, of: Deletion): readonly Way[] {
  const home = of.kustomizations.find(({ directory }) => directory === of.base.ask.path)
  if (home === undefined || of.base.ask.format !== 'kustomize' || generatorEntries(of, home).length > 0) return []
  const target: ObjectRef = refOf(of.object.object)
  const dead = deadEntries(home, namedIn(of, home, null))
  const declared = declarations(of).map(({ name }) => ({ name, namespace: null }))
  return stageNames(home.value, target, declared).map(({ name, namespace }) => ({
    what: 'patch that deletes it', at: home.path,
    changes: [
      { file: home.path, edits: [...withoutEntries(home, dead.entries), deletePatch(home, target, { name, namespace, gone: dead.entries })] },
      ...unusedFiles(bench, new Map([[home.path, dead]]), new Set([home.path])),
    ],
  }))
}

function generators({ kustomizations }: Deletion): readonly Evidence[] {
  return kustomizations.flatMap(({ path, value }) => ['configMapGenerator', 'secretGenerator', 'generators', 'helmCharts'].filter(key => value[key] !== undefined).map(key => ({ sentence: `${key} makes objects`, at: path })))
}
