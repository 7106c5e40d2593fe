import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WritError } from '../../src/model/error.ts'
import type { ConsumerOwner } from '../../src/model/owner.ts'
import type { GitOpsTool, RepositoryHandle, RepositoryReader } from '../../src/flow/ports.ts'
import type { World } from '../../src/flow/world.ts'
import { openRepository } from '../../src/outside/git/open-repository.ts'
import { renderers } from '../../src/outside/render/renderers.ts'
import { environment } from '../fixtures/plan.ts'

/** A bare repository with one branch per folder of files, and Writ's own reader of it. */
export interface BranchedRepository {
  readonly url: string
  readonly reader: RepositoryReader
  /** Makes the folder's files, whole, the next commit of a branch. */
  commit(branch: string, folder: string): string
  dispose(): void
}

/** Makes the repository in a temporary folder. */
export function branchedRepository(): BranchedRepository {
  const home = mkdtempSync(join(tmpdir(), 'writ-proof-'))
  const bare = join(home, 'repository.git')
  mkdirSync(bare)
  const identity = { GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@example.com', GIT_COMMITTER_NAME: 'Ann', GIT_COMMITTER_EMAIL: 'ann@example.com' }
  const git = (args: readonly string[], env: Record<string, string> = {}): string => execFileSync('git', [...args], {
    cwd: bare, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1', ...identity, ...env },
  }).trim()
  git(['init', '-q', '--bare', '-b', 'main', '.'])
  const url = `file://${bare}`
  const repository = openRepository({
    url, cacheDir: join(home, 'cache'), access: { allow: ['file'], host: 'localhost' }, committer: { name: 'Writ', email: 'writ@example.com' },
  })
  return {
    url,
    reader: repository.reader,
    commit(branch, folder) {
      const env = { GIT_DIR: bare, GIT_WORK_TREE: folder, GIT_INDEX_FILE: join(home, 'index') }
      rmSync(env.GIT_INDEX_FILE, { force: true })
      git(['add', '-A', '-f', '.'], env)
      const parents = git(['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]).split('\n').filter(parent => parent !== '').flatMap(parent => ['-p', parent])
      const commit = git(['commit-tree', git(['write-tree'], env), ...parents, '-m', branch])
      git(['update-ref', `refs/heads/${branch}`, commit])
      return commit
    },
    dispose: () => { rmSync(home, { recursive: true, force: true }) },
  }
}

// Shared, so that the program is looked for once.
const RENDERERS = renderers({ timeoutMs: 60_000 })

/** A world in which only what a proof needs is there; an environment is named like the namespace. Everything else throws. */
export function proofWorld(of: { readonly repository: BranchedRepository, readonly owners: readonly ConsumerOwner[] }): World {
  const handle: RepositoryHandle = { reader: of.repository.reader, writer: absent('writer'), forge: absent('forge') }
  const unused = (): never => { throw new Error('not part of this test') }
  const tool: GitOpsTool = { name: 'argocd', claims: unused, read: unused, refresh: unused, observe: unused, owners: async () => Promise.resolve(of.owners) }
  return {
    clock: absent('clock'),
    clusters: { all: [], choose: () => { throw new Error('no clusters') }, named: name => { throw new WritError('internal/bug', `no cluster ${name}`) } },
    environments: { all: [], of: (_cluster, namespace) => environment('dev', { name: namespace ?? 'everywhere' }) },
    people: [],
    tools: [tool],
    repositories: { open: () => handle, same: (a, b) => a === b },
    renderers: RENDERERS,
    policies: absent('policies'), changes: absent('changes'), leases: absent('leases'), approvals: absent('approvals'), signatures: absent('signatures'),
    committer: { name: 'Writ', email: 'writ@example.com' },
    process: 'test/1',
  }
}

/** Throws as soon as anything of it is used. */
function absent<T>(name: string): T {
  return new Proxy({}, { get(_target, key) { throw new Error(`${name}.${String(key)} is not part of this test`) } }) as T
}
