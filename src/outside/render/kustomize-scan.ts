import { readFile, realpath } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { isNode, parseDocument } from 'yaml'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import { KUSTOMIZATION_NAMES, isInline, kustomizationProblem, kustomizationReferences, looksRemote, pluginProblem, pluginReferences } from '../../model/kustomization.ts'
import type { KustomizationReference } from '../../model/kustomization.ts'
import type { RenderResult } from '../../flow/ports.ts'
import { confine } from './confine.ts'
import { lineAt, readManifests } from './manifests.ts'

type Failure = Extract<RenderResult, { ok: false }>
interface Visit { readonly directory: string, /** The directory's resources are themselves plugin configurations. */ readonly plugins: boolean }
interface Scan { readonly root: string, readonly seen: Set<string>, readonly todo: Visit[], readonly isAbsent: Absence }
/** True for a file of the repository that never reaches whoever renders (`.sourceignore`). */
export type Absence = (path: string) => boolean
/** A reference and the file it stands in. */
interface Named { readonly file: string, readonly text: string, readonly directory: string, readonly reference: KustomizationReference, readonly plugins: boolean }
const MAX_KUSTOMIZATIONS = 2000

/**
 * Walks everything a kustomization reaches before kustomize may: nothing remote, nothing outside the repository, no chart, no function,
 * no plugin but kustomize's own, and every path must exist, so that kustomize never has a reason to fetch (DESIGN.md section 5).
 */
export async function scanKustomization(dir: string, paths: readonly string[], isAbsent: Absence = () => false): Promise<Failure | null> {
  const scan: Scan = { root: await realpath(dir), seen: new Set(), todo: paths.map(directory => ({ directory, plugins: false })), isAbsent }
  for (let visit = scan.todo.shift(); visit !== undefined; visit = scan.todo.shift()) {
    const key = `${visit.plugins ? 'plugins' : 'resources'}:${visit.directory}`
    if (scan.seen.has(key)) continue
    if (scan.seen.size >= MAX_KUSTOMIZATIONS) return { ok: false, message: `More than ${MAX_KUSTOMIZATIONS} kustomizations are reached.` }
    scan.seen.add(key)
    const failure = await scanDirectory(scan, visit)
    if (failure !== null) return failure
  }
  return null
}

async function scanDirectory(scan: Scan, { directory, plugins }: Visit): Promise<Failure | null> {
  const file = await kustomizationFile(scan, directory)
  if ('ok' in file) return file
  const [manifest, ...more] = readManifests(file.text, 'unique').filter(found => !found.ok || found.value !== null)
  if (manifest === undefined) return null
  if (!manifest.ok) return failureOf(manifest.template ? 'TEMPLATE' : 'RENDER_FAILED', `${file.path}:${manifest.line}`, `${manifest.message}.`)
  if (more.length > 0 || !isObject(manifest.value)) return failureOf('RENDER_FAILED', `${file.path}:${manifest.line}`, 'a kustomization is one YAML object.')
  const problem = kustomizationProblem(manifest.value)
  if (problem !== null) return failureOf(problem.remote ? 'REMOTE' : 'UNSUPPORTED', `${file.path}:${lineOfSteps(file.text, problem.steps)}`, `${problem.sentence}.`)
  const named = { file: file.path, text: file.text, directory }
  const inline = inlinePlugins(manifest.value, named)
  if (inline.failure !== null) return inline.failure
  for (const reference of [...kustomizationReferences(manifest.value), ...inline.references]) {
    const failure = await scanReference(scan, { ...named, reference, plugins })
    if (failure !== null) return failure
  }
  return null
}

async function kustomizationFile({ root, isAbsent }: Scan, directory: string): Promise<{ readonly path: string, readonly text: string } | Failure> {
  for (const name of KUSTOMIZATION_NAMES) {
    const path = posix.join(directory, name)
    const where = await confine(root, path)
    if (where.kind === 'outside') return failureOf('UNSUPPORTED', path, 'the file leads out of the repository.')
    if (where.kind === 'file' && isAbsent(path)) return failureOf('UNSUPPORTED', path, 'the kustomization is left out of what Flux deploys.')
    if (where.kind === 'file') return { path, text: (await readFile(join(root, where.real))).toString('utf8') }
  }
  return { ok: false, message: `${directory === '' ? 'The root' : directory} holds no kustomization file.` }
}

async function scanReference(scan: Scan, named: Named): Promise<Failure | null> {
  const { reference } = named
  const at = (): string => `${named.file}:${lineOfSteps(named.text, reference.steps)}`
  if (looksRemote(reference.path)) return failureOf('REMOTE', at(), `${reference.path} is fetched from elsewhere.`)
  const path = posix.join(named.directory, reference.path)
  const where = reference.path.startsWith('/') ? { kind: 'outside' as const } : await confine(scan.root, path)
  if (where.kind === 'outside') return failureOf('UNSUPPORTED', at(), `${reference.path} leads out of the repository.`)
  if (where.kind === 'missing') return failureOf('RENDER_FAILED', at(), `${reference.path} does not exist in the repository.`)
  if (where.kind === 'file' && scan.isAbsent(where.real)) return failureOf('RENDER_FAILED', at(), `${reference.path} is left out of what Flux deploys.`)
  const plugin = reference.role === 'plugin' || (named.plugins && reference.role === 'resource')
  if (where.kind === 'directory') {
    if (reference.role !== 'data' && reference.role !== 'patch') scan.todo.push({ directory: where.real, plugins: plugin })
    return null
  }
  return plugin ? scanPluginFile(scan, { ...named, file: where.real }) : null
}

async function scanPluginFile(scan: Scan, named: Named): Promise<Failure | null> {
  const text = (await readFile(join(scan.root, named.file))).toString('utf8')
  for (const manifest of readManifests(text, 'unique')) {
    const at = `${named.file}:${manifest.line}`
    if (!manifest.ok) return failureOf(manifest.template ? 'TEMPLATE' : 'RENDER_FAILED', at, `${manifest.message}.`)
    if (manifest.value === null) continue
    const problem = pluginProblem(manifest.value)
    if (problem !== null) return failureOf('UNSUPPORTED', at, `Writ does not run ${problem}.`)
    for (const reference of pluginReferences(manifest.value)) {
      const failure = await scanReference(scan, { ...named, text, reference, plugins: false })
      if (failure !== null) return failure
    }
  }
  return null
}

/** Plugin configurations that stand as YAML text in the kustomization itself. */
function inlinePlugins(kustomization: JsonObject, named: Pick<Named, 'file' | 'text'>): { readonly failure: Failure | null, readonly references: readonly KustomizationReference[] } {
  const references: KustomizationReference[] = []
  for (const { steps, text } of inlineTexts(kustomization)) {
    for (const manifest of readManifests(text, 'unique')) {
      const problem = manifest.ok ? pluginProblem(manifest.value) : manifest.message
      if (problem !== null) return { failure: failureOf('UNSUPPORTED', `${named.file}:${lineOfSteps(named.text, steps)}`, `Writ does not run ${problem}.`), references }
      if (manifest.ok) references.push(...pluginReferences(manifest.value).map(reference => ({ ...reference, steps })))
    }
  }
  return { failure: null, references }
}

function inlineTexts(kustomization: JsonObject): readonly { readonly steps: readonly (string | number)[], readonly text: string }[] {
  return ['generators', 'transformers', 'validators'].flatMap(key => listOf(kustomization[key])
    .flatMap((item, i) => typeof item === 'string' && isInline(item) ? [{ steps: [key, i], text: item }] : []))
}

function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : []
}

function failureOf(code: 'REMOTE' | 'UNSUPPORTED' | 'TEMPLATE' | 'RENDER_FAILED', at: string, sentence: string): Failure {
  return { ok: false, message: `${at}: ${sentence}`, blocked: { code, at } }
}

function lineOfSteps(text: string, steps: readonly (string | number)[]): number {
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'silent', uniqueKeys: false })
  for (let length = steps.length; length > 0; length--) {
    const node: unknown = document.getIn(steps.slice(0, length), true)
    if (isNode(node) && node.range) return lineAt(text, node.range[0])
  }
  return 1
}
