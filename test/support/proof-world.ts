import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WritError } from '../../src/model/error.ts'
import type { ConsumerOwner } from '../../src/model/owner.ts'
import type { GitOpsTool, RepositoryHandle, RepositoryReader } from '../../src/flow/ports.ts'
import type { World } from '../../src/flow/world.ts'
import { renderMemory } from '../../src/flow/proof/render-memory.ts'
import { openRepository } from '../../src/outside/git/open-repository.ts'
import { renderers } from '../../src/outside/render/renderers.ts'
import { declaredOwners } from '../../src/outside/tools/declared-owners.ts'
import { manifestOwner } from '../../src/outside/tools/manifest-owner.ts'
import { environment } from '../fixtures/plan.ts'

/** A bare repository whose commits are folders of files, and Writ's own reader of it. */
export interface FolderRepository {
  readonly url: string
  readonly reader: RepositoryReader
  /** Makes the files of each folder, whole, one commit after the other on main; gives the commits in their order. */
  commit(folders: readonly string[]): readonly string[]
  dispose(): void
}

/** Makes the repository in a temporary folder. */
export function folderRepository(): FolderRepository {
  const home = mkdtempSync(join(tmpdir(), 'writ-proof-'))
  const bare = join(home, 'repository.git')
  mkdirSync(bare)
  const git = (args: readonly string[], input: Buffer = Buffer.of()): void => {
    execFileSync('git', [...args], { cwd: bare, input, stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1' } })
  }
  git(['init', '-q', '--bare', '-b', 'main', '.'])
  let tip: string | null = null
  const url = `file://${bare}`
  const repository = openRepository({
    url, cacheDir: join(home, 'cache'), access: { allow: ['file'], host: 'localhost' }, committer: { name: 'Writ', email: 'writ@example.com' },
  })
  return {
    url,
    reader: repository.reader,
    commit(folders) {
      const marks = join(home, 'marks')
      git(['fast-import', '--quiet', `--export-marks=${marks}`], Buffer.concat(folders.map((folder, i) => commitStream(folder, i + 1, i === 0 ? tip : null))))
      const ids = new Map(readFileSync(marks, 'utf8').trim().split('\n').map(line => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']))
      tip = ids.get(`:${folders.length}`) ?? tip
      return folders.map((_folder, i) => ids.get(`:${i + 1}`) ?? '')
    },
    dispose: () => { rmSync(home, { recursive: true, force: true }) },
  }
}

/** One commit of fast-import's input: everything below a folder. */
function commitStream(folder: string, mark: number, parent: string | null): Buffer {
  const parts: Buffer[] = [Buffer.from(`commit refs/heads/main\nmark :${mark}\ncommitter Ann <ann@example.com> ${1_700_000_000 + mark} +0000\ndata 1\nx\n${parent === null ? '' : `from ${parent}\n`}deleteall\n`)]
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const found = lstatSync(join(folder, path))
    if (found.isDirectory()) continue
    const content = found.isSymbolicLink() ? Buffer.from(readlinkSync(join(folder, path))) : readFileSync(join(folder, path))
    parts.push(Buffer.from(`M ${found.isSymbolicLink() ? '120000' : '100644'} inline ${path}\ndata ${content.length}\n`), content, Buffer.from('\n'))
  }
  return Buffer.concat(parts)
}

// Shared, so that the program is looked for once.
const RENDERERS = renderers({ timeoutMs: 60_000 })

/** A world in which only what a proof needs is there; an environment is named like the namespace. Everything else throws. */
export function proofWorld(of: { readonly repository: FolderRepository, readonly owners: readonly ConsumerOwner[] }): World {
  const handle: RepositoryHandle = { reader: of.repository.reader, writer: absent('writer'), forge: absent('forge', { can: { mergedBy: 'writ', reviews: false, comments: false } }) }
  const unused = (): never => { throw new Error('not part of this test') }
  const tool: GitOpsTool = { name: 'argocd', claims: unused, read: unused, refresh: unused, sync: unused, observe: unused, owners: async () => Promise.resolve(of.owners) }
  return {
    clock: absent('clock'),
    clusters: { all: [], choose: () => { throw new Error('no clusters') }, named: name => { throw new WritError('internal/bug', `no cluster ${name}`) } },
    environments: { all: [], of: (_cluster, namespace) => environment('dev', { name: namespace ?? 'everywhere' }) },
    people: [],
    tools: [tool], steering: [], servers: absent('servers'),
    ownerObjects: { declaredOwners, manifestOwner, live: () => Promise.resolve(null), gates: () => Promise.resolve([]), argoClusters: () => Promise.resolve([]), applicationSets: () => Promise.resolve({ sets: [], unseen: null }) },
    repositories: { open: () => handle, same: (a, b) => a === b },
    renderers: RENDERERS, renders: renderMemory(1000),
    policies: absent('policies'), changes: absent('changes'), leases: absent('leases'), approvals: absent('approvals'), signatures: absent('signatures'), redact: text => text,
    committer: { name: 'Writ', email: 'writ@example.com' },
    process: 'test/1',
  }
}

/** Throws as soon as anything of it is used but what it `has`. */
function absent(name: string, has: Readonly<Record<string, unknown>> = {}): never {
  return new Proxy(has, { get(_target, key) { if (typeof key === 'string' && key in has) return has[key]; throw new Error(`${name}.${String(key)} is not part of this test`) } }) as never
}
