import { posix } from 'node:path'
import { isObject, textAt, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Mention } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { TreeIndex } from '../proof/tree-index.ts'
import { generatedBy } from './generated-values.ts'
import { isTemplated, nameOfText, pathsIn, shownName, wordsOfJson, wordsOfText } from './mention-words.ts'
import type { Word } from './mention-words.ts'
import { pathsOf, targetsOf } from './mention-targets.ts'
import type { Known, Paths } from './mention-targets.ts'
import { patchMentions } from './patch-mentions.ts'
import type { ReadFiles } from './read-files.ts'

const KINDS = /^(?:\s*-)?\s*[{,]?\s*["']?kind["']?\s*:\s*["']?(ApplicationSet|Application|HelmRelease|Kustomization)\b|[{,]\s*["']?kind["']?\s*:\s*["']?(ApplicationSet|Application|HelmRelease|Kustomization)\b/m
const OVERRIDES = /\b(?:kustomize|helm|plugin|patches|images|postBuild|templatePatch|components|directory)["']?\s*:/

/** True for a text that may hold an owner of a kind that Writ reads, or an ApplicationSet. */
export function holdsOwners(text: string): boolean {
  return KINDS.test(text) && /argoproj\.io\/|toolkit\.fluxcd\.io\//.test(text)
}

/**
 * Everything in a checkout that may be an owner and is not read as one: ApplicationSets, what stands in templates or in files that cannot be read, and
 * patches that say from where an owner deploys. Only what names something that is there.
 */
export function checkoutMentions(given: Omit<ReadFiles, 'index'> & { readonly index: TreeIndex }): readonly Mention[] {
  const files: ReadFiles = { ...given, index: { kustomizations: given.index.kustomizations, ...pathsOf(given.index) } }
  const read = new Set(files.placed.map(({ place }) => place.file))
  const likely = [...files.texts].filter(([, text]) => holdsOwners(text))
  const all = likely.flatMap(([file, text]): readonly (Mention | null)[] => {
    const sets = files.placed.filter(({ object, place }) => place.file === file && object.kind === 'ApplicationSet').map(({ object }) => setMention(files, file, object))
    const parts = text.includes('{{') || text.includes('${') || !read.has(file) ? documentsOf(text) : []
    return [...sets, ...parts.filter(part => holdsOwners(part) && (isTemplated(part) || !read.has(file)) && !(read.has(file) && kindOf(part) === 'ApplicationSet')).map(part => textMention(files, { file, text: part, likely, isRead: read.has(file) }))]
  })
  return [...all.filter(mention => mention !== null), ...patchMentions(files)]
}

function documentsOf(text: string): readonly string[] {
  return text.split(/^---/m)
}

function kindOf(text: string): Mention['kind'] {
  const found = KINDS.exec(text)
  const kind = found?.[1] ?? found?.[2]
  return kind === 'ApplicationSet' || kind === 'HelmRelease' || kind === 'Kustomization' ? kind : 'Application'
}

function setMention({ index, texts }: ReadFiles, file: string, object: KubernetesObject): Mention | null {
  const spec = valueAt(object, 'spec')
  if (!isObject(spec)) return null
  const generated = generatedBy(spec, { index, texts })
  const template: JsonObject = { template: valueAt(spec, 'template'), patch: spec['templatePatch'], more: generated.templates }
  const targets = targetsOf(deployed(wordsOfJson(template), 'ApplicationSet'), generated.known, index)
  const name = textAt(object, 'metadata', 'name') ?? null
  return mentionOf({ file, kind: 'ApplicationSet', name, by: `ApplicationSet ${shownName(object)}`, because: 'Writ does not render ApplicationSets', overrides: OVERRIDES.test(JSON.stringify(template)), ...generated.files.length === 0 ? {} : { inputs: generated.files } }, { ...targets, files: [...targets.files, ...generated.files] })
}

function textMention({ index, texts }: ReadFiles, of: { readonly file: string, readonly text: string, readonly likely: readonly (readonly [string, string])[], readonly isRead: boolean }): Mention | null {
  const kind = kindOf(of.text)
  const name = nameOfText(of.text)
  const known: Known = { values: new Map(), pool: poolOf(texts, of) }
  // What an artifact registry holds is nothing of the repository.
  const remote = kind === 'HelmRelease' && /\bHelmRepository\b/.test(of.text) && !/\b(?:GitRepository|Bucket)\b/.test(of.text)
  const words = deployed(wordsOfText(of.text), kind).filter(({ key }) => !(remote && key === 'chart'))
  const because = isTemplated(of.text) ? 'it is a template' : 'the file cannot be read'
  return mentionOf({ file: of.file, kind, name, by: `${kind} ${name ?? 'of a template'} in ${of.file}`, because, overrides: OVERRIDES.test(of.text) }, of.isRead ? openTargets(words, known, index) : targetsOf(words, known, index))
}

/** Of an owner that is read what it says literally is known; what it says with variables is not. */
function openTargets(words: readonly Word[], known: Known, paths: Paths): Pick<Mention, 'folders' | 'files' | 'varies'> {
  const [all, literal] = [targetsOf(words, known, paths), targetsOf(words.filter(({ text }) => !isTemplated(text)), known, paths)]
  return { ...all, folders: all.folders.filter(path => !literal.folders.includes(path)), files: all.files.filter(path => !literal.files.includes(path)) }
}

/** An Application takes its chart from a registry, and its folder from a repository. */
function deployed(words: readonly Word[], kind: Mention['kind']): readonly Word[] {
  return kind === 'HelmRelease' ? words : words.filter(({ key }) => key !== 'chart')
}

function mentionOf(mention: Omit<Mention, 'folders' | 'files' | 'varies'>, targets: Pick<Mention, 'folders' | 'files' | 'varies'>): Mention | null {
  const files = targets.files.filter(path => path !== mention.file)
  return targets.folders.length === 0 && files.length === 0 ? null : { ...mention, ...targets, files }
}

/** What may stand for a variable of a chart's template: paths in the values of the chart, and in the owners that name the chart. */
function poolOf(texts: ReadFiles['texts'], { file, likely }: { readonly file: string, readonly likely: readonly (readonly [string, string])[] }): readonly string[] {
  const chart = /^(?:(.*)\/)?templates\//.exec(file)
  if (chart === null) return []
  const folder = chart[1] ?? ''
  const values = [...texts].filter(([path]) => posix.dirname(path) === (folder === '' ? '.' : folder) && posix.basename(path) !== 'Chart.yaml')
  const named = folder === '' ? [] : likely.filter(([path, text]) => path !== file && text.includes(folder))
  return [...new Set([...values, ...named].flatMap(([, text]) => pathsIn(text)))]
}
