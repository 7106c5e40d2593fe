import { posix } from 'node:path'
import type { Evidence } from '../../model/error.ts'
import { fieldAt, showPath } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import { layeredValues } from '../../model/helm-layers.ts'
import { mergedValues, setName } from '../../model/helm-set.ts'
import { sameJson, showJson } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { FileChange } from '../../model/plan.ts'
import { refKey, refOf } from '../../model/resource.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { directoryLooks } from '../edit/directory.ts'
import type { Look } from '../edit/look.ts'
import { leafKey } from '../edit/look.ts'
import { overlayLooks } from '../edit/owner-overlay.ts'
import { fileChanges } from '../edit/place.ts'
import type { Texts } from '../edit/place.ts'
import { jsonOf, readSource } from '../edit/source.ts'
import { findKeys } from '../helm/find-keys.ts'
import type { FoundKeys } from '../helm/find-keys.ts'
import { lineOfField, referredKeys } from '../helm/references.ts'
import type { TemplateText } from '../helm/references.ts'
import { isStrange } from '../helm/solve.ts'
import { chartFolders } from '../helm/subcharts.ts'
import type { ChartFiles, ChartFolder } from '../helm/subcharts.ts'
import { valueLayers } from '../helm/value-layers.ts'
import { valueLooks } from '../helm/value-looks.ts'
import type { ValueTexts } from '../helm/value-places.ts'
import type { RenderResult, RenderedObject } from '../ports.ts'
import type { Bench } from './bench.ts'
import { closureOf } from './closure.ts'
import type { RenderAsk } from './closure.ts'
import { looksFor } from './looks.ts'
import type { AskingLooker, Standing } from './looks.ts'

/** A chart as it renders at the base, and how it renders once files are changed. */
export interface HelmLookSpace {
  readonly bench: Pick<Bench, 'render' | 'index'>
  readonly ask: RenderAsk
  readonly after: (changes: readonly FileChange[]) => Promise<RenderAsk | string>
  readonly target: RenderedObject
  /** Its name, for evidence. */
  readonly owner: string
  /** The base's texts. */
  readonly texts: Texts
  /** As the chart sees them at the base. */
  readonly values: JsonObject
}

const DEFINITIONS = /^(?:charts\/[^/]+\/)*crds\//

/** The keys of a chart's values that decide a field, in every layer that can hold them; never the chart's templates. */
export function helmLooker(space: HelmLookSpace): AskingLooker {
  const guesses = new Map<string, Blocked>()
  return {
    looks: (edit, now) => looksOf(space, { edit, now, guesses }),
    suspects: () => [],
    unreached: ({ path }) => guesses.get(showPath(path)) ?? null,
  }
}

type Blocked = Extract<Look, { kind: 'blocked' }>

interface Looking { readonly edit: Edit, readonly now: Standing, /** Why a field is not reached, where its places are but guesses. */ readonly guesses: Map<string, Blocked> }

async function looksOf(space: HelmLookSpace, { edit, now, guesses }: Looking): Promise<readonly Look[]> {
  const changes = fileChanges(space.texts, now.texts)
  const ask = await space.after(changes)
  if (typeof ask === 'string' || ask.helm === undefined) return []
  const { helm } = ask
  const after = await afterHelm(space, { ask, changes, edit, now })
  if (after !== null) return after
  const definition = definitionLooks(space, ask, { edit, now })
  if (definition !== null) return definition
  const files: ChartFiles = { paths: space.bench.index.files, text: path => now.texts.get(path) ?? null }
  const charts = chartFolders(files, ask.path)
  const values = await valuesAt(space, { ask, changes })
  const referred = referredKeys(templatesOf(files, charts))
  const probe = (planted: JsonObject): Promise<KubernetesObject | null> => probed(space, { ask, changes, files, planted })
  const { solutions, decides, guessed } = await findKeys({ values, referred, object: now.object, edits: now.edits, probe }, edit)
  const layers = valueLayers(helm, { charts, text: files.text })
  const carried = await carriedLooks(space, { ask, changes })
  const places = { layers, homes: helm.homes, at: { texts: now.texts, by: helm.by, carried }, values, byVersion: helm.byVersion }
  const looks = solutions.flatMap(wanted => isStrange(wanted) ? valueLooks(places, wanted).map(asLast) : valueLooks(places, wanted))
  const none = templateLook(space, { files, edit, solutions: looks.length > 0 ? [] : solutions, decides })
  if (guessed === true) guesses.set(showPath(edit.path), none)
  return looks.length > 0 ? looks.map(look => ofOwner(look, space.owner)) : [none]
}

/** What a chart has in crds/ is no template: it is edited where it stands. Null for everything else, and where it is packed. */
function definitionLooks({ target }: HelmLookSpace, { path, helm }: RenderAsk, { edit, now }: Pick<Looking, 'edit' | 'now'>): readonly Look[] | null {
  const file = target.source ?? ''
  const text = now.texts.get(file)
  if (typeof text !== 'string' || !DEFINITIONS.test(posix.relative(path, file))) return null
  if (helm?.byVersion === true) return [{ kind: 'blocked', code: 'PINNED', at: file, sentence: `${posix.basename(file)} belongs to the chart, which Flux packs anew only with a new version in Chart.yaml (reconcileStrategy ChartVersion)` }]
  const sought = { target: refOf(target.object), path: edit.path, before: edit.before, after: edit.after, object: now.object, objects: now.objects, edits: now.edits }
  return readSource(text, 'last').documents.flatMap((_document, i) => directoryLooks({ path: file, document: i }, text, sought))
}

/** What stands in no file is told by its owner's name. */
function ofOwner(look: Look, owner: string): Look {
  return look.kind === 'blocked' && look.code === 'INLINE' ? { ...look, at: `${owner} ${look.at}` } : look
}

/** What is tried where nothing else will do. */
function asLast(look: Look): Look {
  return look.kind === 'blocked' ? look : { kind: 'candidate', candidate: { ...look.candidate, tier: 'last' } }
}

interface After { readonly ask: RenderAsk, readonly changes: readonly FileChange[], readonly edit: Edit, readonly now: Standing }

/** The places of a field that is decided after Helm, by post-renderers and common metadata (Flux); null where it is not. */
async function afterHelm({ bench, target, owner }: HelmLookSpace, { ask, changes, edit, now }: After): Promise<readonly Look[] | null> {
  const { helm } = ask
  if (helm === undefined || (helm.postRender.length === 0 && helm.metadata === undefined)) return null
  const { metadata: _set, ...bare } = helm
  const [result] = await bench.render(changes, [{ ...ask, helm: { ...bare, postRender: [] } }])
  const without = found(result, refOf(target.object))
  if (without === null || sameJson(fieldAt(without, edit.path), edit.before)) return null
  const stages = helm.postRender.toReversed().flatMap(({ name, place }) => place === null ? [] : [{ ...place, by: 'flux' as const, name }])
  const own = helm.own === undefined ? [] : [{ ...helm.own, steps: [...helm.own.steps, 'spec'], by: 'flux' as const, name: 'spec' }]
  const sought = { target: refOf(target.object), path: edit.path, before: edit.before, after: edit.after, object: now.object, objects: now.objects, edits: now.edits }
  const looks = overlayLooks([...own, ...stages], now.texts, sought)
  if (looks.length > 0) return looks
  const at = `${owner} ${helm.postRender.at(-1)?.name ?? 'spec.commonMetadata'}`
  return [{ kind: 'blocked', code: helm.own === undefined ? 'INLINE' : 'SHADOWED', at: helm.own?.file ?? at, sentence: `${at} decides it after Helm, whatever the chart's values say` }]
}

/** Looks into what brings the owner's own manifest, and values of it, to the cluster: a delivery of its own, with places of its own. */
async function carriedLooks({ bench }: HelmLookSpace, { ask, changes }: { readonly ask: RenderAsk, readonly changes: readonly FileChange[] }): Promise<ValueTexts['carried']> {
  const carrier = ask.helm?.carrier
  if (carrier === undefined) return () => []
  const carrying: RenderAsk = { path: carrier.path, format: carrier.format, loadRestrictor: carrier.loadRestrictor, directory: { recurse: carrier.recurse } }
  const closure = closureOf(bench.index, carrying)
  const [render] = await bench.render(changes, [carrying])
  const objects = render?.ok === true ? render.objects : []
  return ({ object, path }, { before, after }, texts) => {
    const target = objects.find(one => refKey(refOf(one.object)) === refKey(object))
    if (target === undefined) return []
    const edit = { path, before, after }
    const looker = looksFor({ target, ref: object, closure, index: bench.index })
    return looker.looks(edit, { texts, object: target.object, objects: objects.map(one => one.object), edits: [edit] })
  }
}

/** What decides a release after its values. */
export function postRenderEvidence({ helm }: RenderAsk): readonly Evidence[] {
  return (helm?.postRender ?? []).map(({ name }) => ({ sentence: 'kustomize runs over what the chart renders', at: name }))
}

async function valuesAt(space: HelmLookSpace, { ask, changes }: { readonly ask: RenderAsk, readonly changes: readonly FileChange[] }): Promise<JsonObject> {
  if (changes.length === 0) return space.values
  const [result] = await space.bench.render(changes, [ask])
  return result?.ok === true ? result.values ?? space.values : space.values
}

interface Probe { readonly ask: RenderAsk, readonly changes: readonly FileChange[], readonly files: ChartFiles, readonly planted: JsonObject }

/** Renders with one layer in place of all others. What the layers take away (null) stays away. */
async function probed({ bench, target }: HelmLookSpace, { ask, changes, files, planted }: Probe): Promise<KubernetesObject | null> {
  const { helm } = ask
  if (helm === undefined) return null
  const read = { file: files.text, parse: (text: string) => jsonOf(readSource(text, 'last'))?.[0] ?? null }
  const all = mergedValues(layeredValues(helm, read) ?? {}, planted)
  const [result] = await bench.render(changes, [{ ...ask, helm: { ...helm, files: [], schema: false, layers: [{ kind: 'values', name: 'probe', values: all, place: null }] } }])
  return found(result, refOf(target.object))
}

function found(result: RenderResult | undefined, target: ObjectRef): KubernetesObject | null {
  return result?.ok === true ? result.objects.find(({ object }) => refKey(refOf(object)) === refKey(target))?.object ?? null : null
}

function templatesOf({ paths, text }: ChartFiles, charts: readonly ChartFolder[]): readonly TemplateText[] {
  return charts.flatMap(({ folder, prefix }) => {
    const start = folder === '' ? 'templates/' : `${folder}/templates/`
    return [...paths].flatMap(path => {
      const template = path.startsWith(start) ? text(path) : null
      return template === null ? [] : [{ path, text: template, prefix }]
    })
  })
}

/** No key decides the field: the template says it itself, or has it from a file of the chart. */
function templateLook({ target }: HelmLookSpace, of: FoundKeys & { readonly files: ChartFiles, readonly edit: Edit }): Blocked {
  const { edit, decides, solutions } = of
  const source = target.source ?? ''
  const name = posix.basename(source)
  const text = of.files.text(source)
  const at = text === null ? source : `${source}:${lineOfField(text, leafKey(edit.path))}`
  if (solutions.length > 0) return { kind: 'blocked', code: 'NO_CANDIDATE', at, sentence: 'the keys that decide it stand in no file that can be edited' }
  const made = decides.map(path => setName(path))
  const digest = typeof edit.after === 'string' && /@sha\d+:/.test(edit.after) && !showJson(edit.before).includes('@') ? ': the chart has no key for a digest' : ''
  if (made.length > 0) return { kind: 'blocked', code: 'TEMPLATE', at, sentence: `${name} makes it of ${made.join(', ')}, and no values of these give what is asked${digest}` }
  return { kind: 'blocked', code: 'TEMPLATE', at, sentence: `no value of the chart ${undecided({ edit, name, text: text ?? '' })}` }
}

function undecided({ edit, name, text }: { readonly edit: Edit, readonly name: string, readonly text: string }): string {
  if (edit.before === undefined || edit.before === null) return `makes it: ${name} has no place for it`
  const files = [...new Set([...text.matchAll(/\.Files\.\w+\s+"([^"]+)"/g)].map(([, file = '']) => file))]
  return files.length > 0 ? `decides it: ${name} says it itself or has it from ${files.join(', ')} of the chart` : `decides it: ${name} says it itself`
}
