import { readFile, readdir, realpath } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { Json } from '../../model/json.ts'
import { isList, isObject, plainJson } from '../../model/json.ts'
import type { DirectoryRules } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { RenderJob, RenderResult, RenderedObject, Renderer } from '../../flow/ports.ts'
import { confine } from './confine.ts'
import { globPattern } from './glob.ts'
import { readManifests } from './manifests.ts'
import { together } from './worktree-turns.ts'

/** `empty`: nothing in the file can be read, not only a part of it. */
type Failure = Extract<RenderResult, { ok: false }> & { readonly empty?: true }
const SKIP_MARK = '+argocd:skip-file-rendering'
const MAX_FILES = 20_000
const MAX_FILE = 10 * 1024 * 1024

/** Argo CD's directory source: every manifest file of the path, as Argo CD's repo-server reads it (argocd-flux.md 1.2). Starts no process. */
export function directoryRenderer(): Renderer {
  return {
    format: 'directory',
    info: async () => await Promise.resolve({ name: 'directory', version: '1' }),
    render: async job => together(await realpath(job.dir), () => renderDirectory(job)),
  }
}

async function renderDirectory(job: RenderJob): Promise<RenderResult> {
  const root = await realpath(job.dir)
  const start = await confine(root, job.path)
  if (start.kind !== 'directory') return missing(job.path, start.kind === 'outside')
  const matcher = matcherOf(job.directory)
  if ('ok' in matcher) return { ...matcher, blocked: { code: 'UNSUPPORTED', at: job.path } }
  const files: string[] = []
  await collect({ root, path: job.path, recurse: job.directory.recurse }, files)
  const objects: RenderedObject[] = []
  const unread: string[] = []
  for (const path of files.sort()) {
    const relative = job.path === '' ? path : path.slice(job.path.length + 1)
    if (!/\.(?:yaml|yml|json|jsonnet)$/.test(path) || !matcher.matches(relative)) continue
    const read = await readOne(root, path)
    if (!('ok' in read)) objects.push(...read)
    else if (job.directory.tolerant === true && read.empty === true) unread.push(read.message)
    else return failed(read)
  }
  return { ok: true, objects, ...unread.length === 0 ? {} : { unread } }
}

function failed({ message, blocked }: Failure): RenderResult {
  return { ok: false, message, ...blocked === undefined ? {} : { blocked } }
}

function matcherOf(rules: DirectoryRules): { matches(path: string): boolean } | Failure {
  const include = rules.include === undefined || rules.include === '' ? null : globPattern(rules.include)
  const exclude = rules.exclude === undefined || rules.exclude === '' ? null : globPattern(rules.exclude)
  if ((include === null && (rules.include ?? '') !== '') || (exclude === null && (rules.exclude ?? '') !== '')) {
    return { ok: false, message: `The glob ${rules.include ?? ''} ${rules.exclude ?? ''} of the directory source is not understood.` }
  }
  return { matches: path => exclude?.test(path) !== true && (include === null || include.test(path)) }
}

/** Files below a path, symbolic links included, directories behind symbolic links not (Go's filepath.Walk). */
async function collect(from: { readonly root: string, readonly path: string, readonly recurse: boolean }, files: string[]): Promise<void> {
  for (const entry of await readdir(join(from.root, from.path), { withFileTypes: true })) {
    const path = posix.join(from.path, entry.name)
    if (entry.isDirectory()) {
      if (from.recurse && entry.name !== '.git') await collect({ ...from, path }, files)
    } else if (files.length < MAX_FILES) files.push(path)
  }
}

async function readOne(root: string, path: string): Promise<readonly RenderedObject[] | Failure> {
  const where = await confine(root, path)
  if (where.kind === 'directory') return []
  if (where.kind !== 'file') return missing(path, where.kind === 'outside')
  const bytes = await readFile(join(root, where.real))
  if (bytes.length > MAX_FILE) return { ok: false, message: `${path} is larger than ${MAX_FILE / 1024 / 1024} MB.` }
  const text = bytes.toString('utf8')
  if (text.includes(SKIP_MARK)) return []
  if (path.endsWith('.jsonnet')) {
    return { ok: false, message: `${path} is Jsonnet, which Writ does not evaluate.`, blocked: { code: 'TEMPLATE', at: `${path}:1` } }
  }
  return path.endsWith('.json') ? readJsonFile(path, text) : readYamlFile(path, text)
}

function readJsonFile(path: string, text: string): readonly RenderedObject[] | Failure {
  let value: Json
  try {
    value = plainJson(JSON.parse(text.replace(/^\uFEFF/, '')))
  } catch {
    return { ok: false, message: `${path}: no valid JSON.` }
  }
  return expand(value, { path, document: 0 }) ?? { ok: false, message: `${path}: no Kubernetes object.` }
}

/** A file without one valid manifest is somebody's other YAML and left out, unless it looks like a manifest (Argo CD's rule). */
function readYamlFile(path: string, text: string): readonly RenderedObject[] | Failure {
  const objects: RenderedObject[] = []
  let problem: { readonly line: number, readonly message: string, readonly template: boolean } | null = null
  for (const manifest of readManifests(text)) {
    if (manifest.ok && manifest.value === null) continue
    const expanded = manifest.ok ? expand(manifest.value, { path, document: manifest.index }) : null
    if (expanded !== null) objects.push(...expanded)
    else problem ??= manifest.ok ? { line: manifest.line, message: 'no Kubernetes object (apiVersion, kind, metadata)', template: false } : manifest
  }
  if (problem === null) return objects
  if (objects.length === 0 && !looksLikeManifest(text)) return []
  const message = `${path}:${problem.line}: ${problem.message}.`
  return { ok: false, message, blocked: { code: problem.template ? 'TEMPLATE' : 'RENDER_FAILED', at: `${path}:${problem.line}` }, ...objects.length === 0 ? { empty: true } : {} }
}

function looksLikeManifest(text: string): boolean {
  return /^apiVersion:[ \t]*\S/m.test(text) && /^kind:[ \t]*\S/m.test(text) && /^metadata:[ \t]*$/m.test(text)
}

/** The objects of one document; a list kind gives its items; null where it is no object. */
function expand(value: Json, origin: { readonly path: string, readonly document: number }): readonly RenderedObject[] | null {
  if (!isManifest(value)) return null
  const items = value['items']
  if (!isList(items)) return items === null && value.kind.endsWith('List') ? [] : [{ object: value, origin }]
  const objects = items.map(item => isManifest(item) ? { object: item, origin } : null)
  return objects.every(object => object !== null) ? objects : null
}

/** Lists may lack metadata; what is deployed needs it. */
function isManifest(value: Json): value is KubernetesObject {
  if (!isObject(value) || typeof value['apiVersion'] !== 'string' || typeof value['kind'] !== 'string') return false
  return isObject(value['metadata']) || isList(value['items']) || (value['items'] === null && value['kind'].endsWith('List'))
}

function missing(path: string, outside: boolean): Failure {
  const shown = path === '' ? 'the root' : path
  return outside
    ? { ok: false, message: `${shown} leads out of the repository.`, blocked: { code: 'UNSUPPORTED', at: path } }
    : { ok: false, message: `${shown} does not exist in the repository.` }
}
