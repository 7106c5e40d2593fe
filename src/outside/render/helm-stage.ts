import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import type { HelmJob, HelmLayer } from '../../model/helm.ts'
import { layeredValues, textValues } from '../../model/helm-layers.ts'
import { mergedValues } from '../../model/helm-set.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { RenderResult } from '../../flow/ports.ts'
import { confine } from './confine.ts'
import { chartDependencies } from './helm-dependencies.ts'
import type { Dependencies } from './helm-dependencies.ts'
import type { TemplateJob } from './helm-program.ts'
import { scanChart } from './helm-scan.ts'
import type { ChartFile } from './helm-scan.ts'
import type { Absence } from './kustomize-scan.ts'
import { readManifests } from './manifests.ts'

type Failure = Extract<RenderResult, { ok: false }>

/** A chart in a throw-away folder, ready for helm, which never sees the repository. */
export interface Staged {
  readonly ok: true
  readonly cwd: string
  readonly values: readonly string[]
  readonly sets: TemplateJob['sets']
  /** Every text that helm may take for a template. */
  readonly texts: readonly string[]
  /** True where a packed chart takes part, whose files Writ does not read. */
  readonly packed: boolean
  dispose(): Promise<void>
}

/** What is staged: `root` is a real path, `chart` the chart's folder in it. */
export interface StageAsk { readonly root: string, readonly chart: string, readonly helm: HelmJob, readonly isAbsent: Absence }

/** The template that is added to every chart: it prints the values as the chart sees them. */
export const PROBE = 'writ-values-7d1f.yaml'
const PROBE_TEXT = '{"apiVersion":"writ.dev/v1","kind":"Values","metadata":{"name":"values"},"values":{{ .Values | toJson }}}\n'

/**
 * Copies a chart, what it depends on and its value files, symbolic links followed, into a throw-away folder, after Writ's own look at all of them:
 * nothing outside the repository, nothing to fetch. The caller disposes of it.
 */
export async function stageChart(ask: StageAsk): Promise<Staged | Failure> {
  const scanned = await scanChart(ask.root, ask.chart, ask.isAbsent)
  if (!scanned.ok) return scanned
  const texts = await valueTexts(ask)
  if ('ok' in texts) return texts
  const values = allValues(ask, { scanned: scanned.files, texts, chart: await chartValues(ask.root, scanned.files) })
  const dependencies = await chartDependencies({ root: ask.root, chart: ask.chart, files: scanned.files, values })
  if (!dependencies.ok) return dependencies
  const local = await localCharts(ask, dependencies)
  if ('ok' in local) return local
  const cwd = await mkdtemp(join(tmpdir(), 'writ-helm-'))
  const dispose = (): Promise<void> => rm(cwd, { recursive: true, force: true })
  try {
    const files = [...scanned.files, ...local]
    await copyChart(ask, { cwd, files, dependencies })
    const layers = await writeLayers(ask, { cwd, texts })
    return { ok: true, cwd, ...layers, texts: [...await templateTexts(ask.root, files), ...layers.texts], packed: files.some(({ path }) => /\.t(?:ar\.)?gz$/.test(path)), dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

type Texts = ReadonlyMap<string, string>

/** The texts of all files that values come from. */
async function valueTexts({ root, helm }: StageAsk): Promise<Texts | Failure> {
  const { missing } = helm
  if (missing !== undefined) return { ok: false, message: `${missing.at}: ${missing.sentence}.`, blocked: { code: missing.code, at: missing.at } }
  const paths = [...helm.defaults, ...helm.files, ...helm.layers.flatMap(layer => layer.kind === 'set-file' ? [layer.path] : [])]
  const texts = new Map<string, string>()
  for (const path of paths) {
    const where = await confine(root, path)
    if (where.kind === 'outside') return { ok: false, message: `The value file ${path} leads out of the repository.`, blocked: { code: 'UNSUPPORTED', at: path } }
    if (where.kind !== 'file') return { ok: false, message: `The value file ${path} is not in the repository.` }
    texts.set(path, await readFile(join(root, where.real), 'utf8'))
  }
  return texts
}

async function chartValues(root: string, files: readonly ChartFile[]): Promise<string> {
  const found = files.find(({ path }) => path === 'values.yaml')
  return found === undefined ? '' : readFile(join(root, found.real), 'utf8')
}

/** Only to see which dependencies are switched off: helm lays the layers over each other itself. */
function allValues({ helm }: StageAsk, of: { readonly scanned: readonly ChartFile[], readonly texts: Texts, readonly chart: string }): JsonObject {
  const read = { file: (path: string) => of.texts.get(path) ?? null, parse }
  const own = helm.defaults.length === 0 ? textValues(of.chart, read) : layeredValues({ files: helm.defaults, layers: [] }, read)
  return mergedValues(own ?? {}, layeredValues(helm, read) ?? {})
}

function parse(text: string): Json {
  const [manifest] = readManifests(text)
  return manifest?.ok === true ? manifest.value : null
}

/** The files of dependencies that lie elsewhere in the repository, as Helm packs them into `charts/`. */
async function localCharts(ask: StageAsk, dependencies: Extract<Dependencies, { ok: true }>): Promise<readonly ChartFile[] | Failure> {
  const found: ChartFile[] = []
  for (const [name, folder] of dependencies.local) {
    const scanned = await scanChart(ask.root, folder, ask.isAbsent)
    if (!scanned.ok) return scanned
    found.push(...scanned.files.map(({ path, real }) => ({ path: `charts/${name}/${path}`, real })))
  }
  return found
}

async function copyChart({ root, helm }: StageAsk, of: { readonly cwd: string, readonly files: readonly ChartFile[], readonly dependencies: Extract<Dependencies, { ok: true }> }): Promise<void> {
  const chart = join(of.cwd, 'chart')
  for (const folder of new Set(['templates', ...of.files.map(({ path }) => posix.dirname(path))])) await mkdir(join(chart, folder), { recursive: true })
  for (const { path, real } of of.files) if (helm.schema || posix.basename(path) !== 'values.schema.json') await copyFile(join(root, real), join(chart, path))
  const { metadata } = of.dependencies
  if (metadata !== null) await writeFile(join(chart, metadata.file), JSON.stringify(metadata.value))
  await writeFile(join(chart, 'templates', PROBE), PROBE_TEXT)
}

/** Value files and values in the order in which helm takes them; a file of a value is given by its path. */
async function writeLayers({ helm }: StageAsk, { cwd, texts }: { readonly cwd: string, readonly texts: Texts }): Promise<Pick<Staged, 'values' | 'sets' | 'texts'>> {
  // Flux lays all layers over each other itself, single values between maps too, and gives Helm one map.
  const one = helm.by === 'flux' && helm.layers.some(({ kind }) => kind === 'set') ? layeredValues(helm, { file: path => texts.get(path) ?? null, parse }) : null
  const contents = one !== null ? [JSON.stringify(one)] : [...helm.files.map(path => texts.get(path) ?? ''), ...helm.layers.flatMap(contentOf)]
  const values = contents.map((_text, i) => `values-${i}.yaml`)
  for (const [i, text] of contents.entries()) await writeFile(join(cwd, `values-${i}.yaml`), text)
  const sets: TemplateJob['sets'][number][] = []
  for (const [i, layer] of (one === null ? helm.layers : []).entries()) {
    if (layer.kind === 'set') sets.push({ flag: layer.string ? 'set-string' : 'set', text: `${layer.key}=${layer.value}` })
    if (layer.kind !== 'set-file') continue
    await writeFile(join(cwd, `content-${i}`), texts.get(layer.path) ?? '')
    sets.push({ flag: 'set-file', text: `${layer.key}=${join(cwd, `content-${i}`)}` })
  }
  if (helm.defaults.length > 0) await writeDefaults({ cwd, texts, defaults: helm.defaults })
  return { values, sets, texts: contents }
}

function contentOf(layer: HelmLayer): readonly string[] {
  return layer.kind === 'values' ? [JSON.stringify(layer.values)] : layer.kind === 'text' ? [layer.text] : []
}

/** Flux packs the chart with these in place of its own values. */
async function writeDefaults({ cwd, texts, defaults }: { readonly cwd: string, readonly texts: Texts, readonly defaults: readonly string[] }): Promise<void> {
  await mkdir(dirname(join(cwd, 'chart', 'values.yaml')), { recursive: true })
  const merged = layeredValues({ files: defaults, layers: [] }, { file: path => texts.get(path) ?? null, parse })
  // What cannot be read is left to helm to complain about.
  const unread = defaults.find(path => textValues(texts.get(path) ?? '', { file: () => null, parse }) === null)
  await writeFile(join(cwd, 'chart', 'values.yaml'), merged === null ? texts.get(unread ?? '') ?? '' : JSON.stringify(merged))
}

async function templateTexts(root: string, files: readonly ChartFile[]): Promise<readonly string[]> {
  const likely = files.filter(({ path }) => /(?:^|\/)(?:templates\/.*|values\.ya?ml|[^/]*\.tpl)$/.test(path))
  return Promise.all(likely.map(({ real }) => readFile(join(root, real), 'utf8')))
}
