import { readFile, readdir, realpath, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { applicationsOf } from '../../model/application-set/applications.ts'
import { gitGenerators } from '../../model/application-set/generators.ts'
import { filesThatMay } from '../../model/application-set/git-paths.ts'
import { showPath } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import type { RenderJob, RenderResult, Renderer } from '../../flow/ports.ts'
import { confine } from './confine.ts'
import { readManifests } from './manifests.ts'
import { together } from './worktree-turns.ts'

const MAX_FILES = 200_000
const MAX_FILE = 2 * 1024 * 1024

/** The Applications that an ApplicationSet generates from files of the repository (argocd-flux.md 1.3). Starts no process. */
export function applicationSetRenderer({ maxFiles = MAX_FILES }: { readonly maxFiles?: number } = {}): Renderer {
  return {
    format: 'application-set',
    info: async () => await Promise.resolve({ name: 'application-set', version: '1' }),
    render: async job => together(await realpath(job.dir), () => renderSet(job, maxFiles)),
  }
}

async function renderSet({ dir, generates }: RenderJob, maxFiles: number): Promise<RenderResult> {
  if (generates === undefined) return { ok: false, message: 'no set is given' }
  const { set, url, revision, clusters = [] } = generates
  const root = await realpath(dir)
  const files: string[] = []
  const by = `ApplicationSet ${set.namespace}/${set.name}`
  // Which files a pattern takes is known of all of them, or not at all.
  if (!await collect(root, { path: '', files, maxFiles })) return { ok: false, message: `${by}: the repository has more than ${maxFiles} files, of which its git generators may take any.`, blocked: { code: 'UNSUPPORTED', at: `${by} spec.generators` } }
  const values = new Map<string, Json>()
  for (const path of new Set(gitGenerators(set.spec).flatMap(git => filesThatMay(git, files)))) {
    const value = await valueOf(root, path)
    if (value !== undefined) values.set(path, value)
  }
  const tree = { files: files.sort(), json: (path: string): Json | undefined => values.get(path) }
  const { apps, unread } = applicationsOf(set, { trees: git => git.url === url && git.revision === revision ? tree : null, clusters })
  const [why] = unread
  if (why !== undefined) return { ok: false, message: `${by}: ${why.because}.`, blocked: { code: 'UNSUPPORTED', at: `${by} ${showPath(why.at)}` } }
  return { ok: true, objects: apps.map(({ app }) => ({ object: app, origin: null })) }
}

/** All files, and symbolic links by their own names: what is behind one is not read. False where there are more than so many. */
async function collect(root: string, into: { readonly path: string, readonly files: string[], readonly maxFiles: number }): Promise<boolean> {
  const { path, files, maxFiles } = into
  for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
    const inner = posix.join(path, entry.name)
    if (entry.isDirectory()) {
      if (entry.name !== '.git' && !await collect(root, { ...into, path: inner })) return false
    } else if (files.push(inner) > maxFiles) return false
  }
  return true
}

/** The one value of a YAML or JSON file; undefined where it has several, is larger than 2 MB, or cannot be read. */
async function valueOf(root: string, path: string): Promise<Json | undefined> {
  const where = await confine(root, path)
  if (where.kind !== 'file' || where.real !== path) return undefined
  if ((await stat(join(root, path))).size > MAX_FILE) return undefined
  const [document, ...more] = readManifests(await readFile(join(root, path), 'utf8'))
  if (document === undefined) return null
  return document.ok && more.length === 0 ? document.value : undefined
}
