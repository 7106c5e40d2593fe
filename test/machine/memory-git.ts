import { createHash } from 'node:crypto'
import type { CommitInfo, CommitText, RenderJob, RenderResult, RepositoryReader, RepositoryWriter, Tree } from '../../src/flow/ports.ts'
import { parseAllDocuments } from 'yaml'
import type { FileChange } from '../../src/model/plan.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'

type Files = ReadonlyMap<string, string>
interface Commit { readonly parents: readonly string[], readonly files: Files, readonly text: CommitText }

/** A repository that is nothing but commits and branches: what `src/outside/git` keeps in a remote, without a disk. Merges go line by line where no lines come or go. */
export class MemoryGit {
  readonly url = 'https://git.example.com/team/apps'
  readonly branches = new Map<string, string>()
  readonly #commits = new Map<string, Commit>()
  readonly #trees = new Map<string, Files>()
  readonly #dirs = new Map<string, Files>()

  constructor(files: Readonly<Record<string, string>>) {
    this.branches.set('main', this.#add({ parents: [], files: new Map(Object.entries(files)), text: { message: 'Begin', author: { name: 'Other', email: 'other@example.com' }, at: '2025-01-01T00:00:00Z' } }))
  }

  /** Commits as somebody else. */
  push(branch: string, changes: Readonly<Record<string, string>>, message = 'Change'): string {
    const base = this.tip(branch)
    const files = new Map([...this.files(base), ...Object.entries(changes)])
    const commit = this.#add({ parents: [base], files, text: { message, author: { name: 'Other', email: 'other@example.com' }, at: `2025-01-02T00:00:00Z ${this.#commits.size}` } })
    this.branches.set(branch, commit)
    return commit
  }

  tip(branch: string): string {
    return this.branches.get(branch) ?? ''
  }

  files(commit: string): Files {
    return this.#commits.get(commit)?.files ?? this.#trees.get(commit) ?? new Map()
  }

  /** Every commit that a branch has. */
  history(from: string): readonly (Commit & { readonly sha: string })[] {
    const [seen, found, open] = [new Set<string>(), [] as (Commit & { readonly sha: string })[], [from]]
    for (let sha = open.shift(); sha !== undefined; sha = open.shift()) {
      const commit = this.#commits.get(sha)
      if (commit === undefined || seen.has(sha)) continue
      seen.add(sha)
      found.push({ sha, ...commit })
      open.push(...commit.parents)
    }
    return found
  }

  commit(base: string, changes: readonly FileChange[], text: CommitText): string {
    return this.#add({ parents: [base], files: changed(this.files(base), changes), text })
  }

  /** The merge of two commits, as a forge or a person makes it; null where it conflicts. */
  merge(base: string, head: string, text: CommitText): string | null {
    const tree = this.mergeTree(base, head)
    return tree === null ? null : this.#add({ parents: [base, head], files: this.files(tree), text })
  }

  mergeTree(base: string, head: string): string | null {
    const below = new Set(this.history(base).map(({ sha }) => sha))
    const root = this.history(head).find(({ sha }) => below.has(sha))
    const [old, ours, theirs] = [root?.files ?? new Map<string, string>(), this.files(base), this.files(head)]
    const merged = new Map<string, string>()
    for (const path of new Set([...ours.keys(), ...theirs.keys()])) {
      const text = mergeText(old.get(path), ours.get(path), theirs.get(path))
      if (text === null) return null
      if (text !== undefined) merged.set(path, text)
    }
    const id = hash(sorted(merged))
    this.#trees.set(id, merged)
    return id
  }

  reader(): RepositoryReader {
    return {
      url: this.url,
      tip: branch => Promise.resolve(this.branches.has(branch) ? { branch, commit: this.tip(branch) } : null),
      tree: commit => Promise.resolve(this.#tree(commit)),
      worktree: commit => {
        const dir = `dir-${this.#dirs.size}`
        this.#dirs.set(dir, this.files(commit))
        return Promise.resolve({
          dir,
          apply: changes => { this.#dirs.set(dir, changed(this.files(commit), changes)); return Promise.resolve() },
          dispose: () => Promise.resolve(),
        })
      },
      contains: (commit, ancestor) => Promise.resolve(this.history(commit).some(({ sha }) => sha === ancestor)),
      commits: (from, to) => {
        const below = new Set(from === null ? [] : this.history(from).map(({ sha }) => sha))
        return Promise.resolve(this.history(to).filter(({ sha }) => !below.has(sha)).map(infoOf))
      },
      mergeTree: (base, head) => Promise.resolve(this.mergeTree(base, head)),
      changes: (from, to) => {
        const [before, after] = [this.files(from), this.files(to)]
        return Promise.resolve([...new Set([...before.keys(), ...after.keys()])].filter(path => before.get(path) !== after.get(path)).map(path => ({ path, before: before.get(path) ?? null, after: after.get(path) ?? null })))
      },
    }
  }

  writer(): RepositoryWriter {
    return {
      commit: (base, changes, text) => Promise.resolve(this.commit(base, changes, text)),
      mergeCommit: (...[base, head, tree, text]) => Promise.resolve(this.#add({ parents: [base, head], files: this.files(tree), text })),
      push: (branch, commit, expected) => {
        const at = this.branches.get(branch) ?? null
        if (at === commit) return Promise.resolve({ kind: 'pushed' })
        if (at !== expected) return Promise.resolve({ kind: 'moved' })
        this.branches.set(branch, commit)
        return Promise.resolve({ kind: 'pushed' })
      },
    }
  }

  /** The manifests of a directory, as the directory renderer reads them. */
  render(job: RenderJob): RenderResult {
    const files = [...this.#dirs.get(job.dir) ?? []].filter(([path]) => path.startsWith(`${job.path}/`)).sort(byPath)
    return { ok: true, objects: files.flatMap(([path, text]) => parseAllDocuments(text).map((document, i) => ({ object: document.toJS() as KubernetesObject, origin: { path, document: i } }))) }
  }

  #tree(commit: string): Tree {
    const files = this.files(commit)
    return {
      commit, entries: [...files].map(([path, text]) => ({ path, kind: 'file', blob: hash(text) })),
      read: paths => Promise.resolve(new Map(paths.flatMap(path => files.has(path) ? [[path, files.get(path) ?? '']] : []))),
    }
  }

  #add(commit: Commit): string {
    const sha = hash(JSON.stringify([commit.parents, sorted(commit.files), commit.text]))
    this.#commits.set(sha, commit)
    return sha
  }
}

function sorted(files: Files): string {
  return JSON.stringify([...files].sort(byPath))
}

function byPath([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function hash(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}

function changed(files: Files, changes: readonly FileChange[]): Files {
  const after = new Map(files)
  for (const { path, after: text } of changes) {
    if (text === null) after.delete(path)
    else after.set(path, text)
  }
  return after
}

function infoOf({ sha, parents, text }: Commit & { readonly sha: string }): CommitInfo {
  const [subject = '', ...body] = text.message.split('\n')
  return { sha, parents, author: text.author.name, email: text.author.email, committerEmail: 'writ@example.com', at: text.at, subject, body: body.join('\n').trim() }
}

/** undefined: gone on both sides; null: a conflict. */
function mergeText(old: string | undefined, ours: string | undefined, theirs: string | undefined): string | null | undefined {
  if (ours === theirs || theirs === old) return ours
  if (ours === old) return theirs
  const [a, b, c] = [old, ours, theirs].map(text => text?.split('\n') ?? [])
  if (a === undefined || b === undefined || c === undefined || a.length !== b.length || a.length !== c.length) return null
  const lines = a.map((line, i) => b[i] === line ? c[i] : c[i] === line || c[i] === b[i] ? b[i] : null)
  return lines.includes(null) ? null : lines.join('\n')
}
