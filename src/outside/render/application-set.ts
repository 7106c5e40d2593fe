import { readFile, readdir, realpath } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { applicationsOf } from '../../model/application-set/applications.ts'
import { gitGenerators } from '../../model/application-set/generators.ts'
import { filesThatMay } from '../../model/application-set/git-paths.ts'
import type { Json } from '../../model/json.ts'
import type { RenderJob, RenderResult, Renderer } from '../../flow/ports.ts'
import { confine } from './confine.ts'
import { readManifests } from './manifests.ts'
import { together } from './worktree-turns.ts'

const MAX_FILES = 200_000
const MAX_FILE = 2 * 1024 * 1024

/** The Applications that an ApplicationSet generates from files of the repository (argocd-flux.md 1.3). Starts no process. */
export function applicationSetRenderer(): Renderer {
  return {
    format: 'application-set',
    info: async () => await Promise.resolve({ name: 'application-set', version: '1' }),
    render: async job => together(await realpath(job.dir), () => renderSet(job)),
  }
}

async function renderSet({ dir, generates }: RenderJob): Promise<RenderResult> {
  if (generates === undefined) return { ok: false, message: 'no set is given' }
  const { set, url, revision } = generates
  const root = await realpath(dir)
  const files: string[] = []
  await collect(root, '', files)
  const values = new Map<string, Json>()
  for (const path of new Set(gitGenerators(set.spec).flatMap(git => filesThatMay(git, files)))) {
    const value = await valueOf(root, path)
    if (value !== undefined) values.set(path, value)
  }
  const tree = { files: files.sort(), json: (path: string): Json | undefined => values.get(path) }
  const { apps, unread } = applicationsOf(set, git => git.url === url && git.revision === revision ? tree : null)
  const [why] = unread
  if (why !== undefined) return { ok: false, message: `ApplicationSet ${set.namespace}/${set.name}: ${why}.`, blocked: { code: 'UNSUPPORTED', at: 'spec.generators' } }
  return { ok: true, objects: apps.map(({ app }) => ({ object: app, origin: null })) }
}

/** All files, and symbolic links by their own names: what is behind one is not read. */
async function collect(root: string, path: string, files: string[]): Promise<void> {
  for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
    const inner = posix.join(path, entry.name)
    if (entry.isDirectory()) {
      if (entry.name !== '.git') await collect(root, inner, files)
    } else if (files.length < MAX_FILES) files.push(inner)
  }
}

/** The one value of a YAML or JSON file; undefined where it has several, or cannot be read. */
async function valueOf(root: string, path: string): Promise<Json | undefined> {
  const where = await confine(root, path)
  if (where.kind !== 'file' || where.real !== path) return undefined
  const bytes = await readFile(join(root, path))
  if (bytes.length > MAX_FILE) return undefined
  const [document, ...more] = readManifests(bytes.toString('utf8'))
  if (document === undefined) return null
  return document.ok && more.length === 0 ? document.value : undefined
}
