import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { isNode, parseDocument } from 'yaml'
import type { Json, JsonObject } from '../../model/json.ts'
import { isObject, objectsAt, textAt } from '../../model/json.ts'
import { valueAtPath } from '../../model/helm-set.ts'
import type { RenderResult } from '../../flow/ports.ts'
import type { ChartFile } from './helm-scan.ts'
import { lineAt, readManifests } from './manifests.ts'

type Failure = Extract<RenderResult, { ok: false }>

/** Folders of the repository that take part in the chart as dependencies, and what the chart's own file says without those that are switched off. */
export type Dependencies =
  | { readonly ok: true, /** Relative to the repository, by the folder's name in `charts/`. */ readonly local: ReadonlyMap<string, string>, readonly metadata: { readonly file: string, readonly value: JsonObject } | null }
  | Failure

/** What decides which dependencies take part. */
export interface DependencyAsk {
  readonly root: string
  readonly chart: string
  readonly files: readonly ChartFile[]
  /** The chart's values with all layers over them. */
  readonly values: JsonObject
}

/**
 * What the chart depends on must lie in `charts/`, or in a folder of the repository (`file://`), which Argo CD and Flux build from; nothing is fetched.
 * One that the values switch off plays no part.
 */
export async function chartDependencies(ask: DependencyAsk): Promise<Dependencies> {
  const declared = await declaration(ask)
  if (declared === null) return { ok: true, local: new Map(), metadata: null }
  if ('ok' in declared) return declared
  const vendored = await vendoredNames(ask)
  const local = new Map<string, string>()
  const kept: JsonObject[] = []
  for (const [i, dependency] of declared.list.entries()) {
    const name = textAt(dependency, 'name') ?? ''
    const repository = textAt(dependency, 'repository') ?? ''
    const there = vendored(name)
    if (!there && isOff(dependency, ask.values)) continue
    kept.push(dependency)
    if (there) continue
    const at = `${posix.join(ask.chart, declared.file)}:${lineOfItem(declared.text, i)}`
    if (!repository.startsWith('file://')) return blocked('REMOTE', at, `the chart depends on ${name}${repository === '' ? '' : ` of ${repository}`}, which is not in its charts folder; Writ fetches no chart.`)
    const folder = posix.join(ask.chart, repository.slice('file://'.length))
    if (repository.startsWith('file:///') || folder.startsWith('..')) return blocked('REMOTE', at, `the chart depends on ${repository}, which is outside the repository.`)
    local.set(posix.basename(folder), folder)
  }
  const dropped = kept.length < declared.list.length
  return { ok: true, local, metadata: dropped ? { file: declared.file, value: { ...declared.value, dependencies: kept } } : null }
}

interface Declaration { readonly file: string, readonly text: string, readonly value: JsonObject, readonly list: readonly JsonObject[] }

/** The dependencies of Chart.yaml, or of requirements.yaml as older charts have them; null where there are none. */
async function declaration({ root, chart, files }: DependencyAsk): Promise<Declaration | Failure | null> {
  for (const name of ['Chart.yaml', 'requirements.yaml']) {
    const found = files.find(({ path }) => path === name)
    if (found === undefined) continue
    const text = await readFile(join(root, found.real), 'utf8')
    const [manifest] = readManifests(text)
    if (manifest?.ok !== true || !isObject(manifest.value)) {
      const at = `${posix.join(chart, name)}:${manifest?.line ?? 1}`
      return { ok: false, message: `${at}: ${manifest?.ok === false ? manifest.message : 'the file holds no map'}.` }
    }
    const list = objectsAt(manifest.value, 'dependencies')
    if (list.length > 0) return { file: name, text, value: manifest.value, list }
  }
  return null
}

/** Helm takes a dependency as there where a chart of that name lies in `charts/`, unpacked or packed. */
async function vendoredNames({ root, files }: DependencyAsk): Promise<(name: string) => boolean> {
  const names = new Set<string>()
  for (const { path, real } of files) {
    if (!/^charts\/[^/]+\/Chart\.yaml$/.test(path)) continue
    const [manifest] = readManifests(await readFile(join(root, real), 'utf8'))
    const name = manifest?.ok === true ? textAt(manifest.value, 'name') : undefined
    if (name !== undefined) names.add(name)
  }
  const packed = files.flatMap(({ path }) => /^charts\/([^/]+)\.t(?:ar\.)?gz$/.exec(path)?.[1] ?? [])
  return name => names.has(name) || packed.some(file => file.startsWith(`${name}-`) && /^v?\d/.test(file.slice(name.length + 1)))
}

/** The first of its conditions that is there decides; only what is surely off is left out. */
function isOff(dependency: JsonObject, values: JsonObject): boolean {
  const conditions = (textAt(dependency, 'condition') ?? '').split(',').map(text => text.trim()).filter(text => text !== '')
  const found = conditions.map(condition => valueAtPath(values, condition.split('.'))).find((value): value is Json => value !== undefined)
  return found === false
}

function blocked(code: 'REMOTE', at: string, sentence: string): Failure {
  return { ok: false, message: `${at}: ${sentence}`, blocked: { code, at } }
}

/** The line of the nth item of `dependencies`. */
function lineOfItem(text: string, index: number): number {
  const node: unknown = parseDocument(text, { schema: 'failsafe', logLevel: 'silent', uniqueKeys: false }).getIn(['dependencies', index], true)
  return isNode(node) && node.range ? lineAt(text, node.range[0]) : 1
}
