import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'

/** The parts that are built from their Go modules: the folders beside this one that hold a go.mod. */
export const PARTS = ['kustomize', 'helm', 'opa', 'kubernetes', 'argocd', 'kustomize-controller', 'helm-controller', 'source-controller', 'gitea'] as const
export type Part = typeof PARTS[number]

/** Where a part lies once it is built, and how long that took; `missing` says what this machine lacks for it. */
export type Built = { readonly folder: string, readonly seconds: number } | { readonly missing: string }

const HERE = join(import.meta.dirname, '..')

/**
 * Builds the `tool` of test/real/PART/go.mod into a cache outside the checkout, under the hash of its go.mod and go.sum,
 * unless it is there. What the linker must be told, build tags and files to keep stand in the go.mod as `// build …` lines.
 */
export function build(part: Part): Built {
  const source = join(HERE, part)
  const mod = readFileSync(join(source, 'go.mod'), 'utf8')
  const key = createHash('sha256').update(mod).update(readFileSync(join(source, 'go.sum'))).digest('hex').slice(0, 16)
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'writ-real', `${part}-${key}`)
  const began = Date.now()
  if (existsSync(folder)) return { folder, seconds: 0 }
  if (spawnSync('go', ['version']).status !== 0) return { missing: `${part} is not built, and Go is not installed` }
  // Built beside, then renamed: a build that is killed leaves nothing that looks finished.
  const beside = `${folder}.${process.pid}`
  mkdirSync(beside, { recursive: true })
  try {
    const words = problem(part, mod, beside)
    if (words !== null) return { missing: `${part} does not build: ${words}` }
    if (!existsSync(folder)) renameSync(beside, folder)
    return { folder, seconds: (Date.now() - began) / 1000 }
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
}

function problem(part: Part, mod: string, into: string): string | null {
  const go = (...args: readonly string[]): { readonly ok: boolean, readonly out: string, readonly words: string } => {
    const ran = spawnSync('go', args, { cwd: join(HERE, part), env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-buildvcs=false' }, encoding: 'utf8', maxBuffer: 64 << 20 })
    return { ok: ran.status === 0, out: ran.stdout, words: ran.stderr.trim().split('\n').slice(-5).join('\n') }
  }
  const said = (what: string): string => new RegExp(`^// build ${what}: (.*)$`, 'm').exec(mod)?.[1] ?? ''
  if (/^tool[ (]/m.test(mod)) {
    const tags = said('tags') === '' ? [] : ['-tags', said('tags').split(' ').join(',')]
    const built = go('build', '-trimpath', ...tags, '-ldflags', `-s -w ${said('ldflags')}`, '-o', `${into}/`, 'tool')
    if (!built.ok) return built.words
  }
  const [module, ...paths] = said('files').split(' ').filter(word => word !== '')
  if (module === undefined) return null
  const downloaded = go('mod', 'download', '-json', module)
  if (!downloaded.ok) return downloaded.words
  const { Dir } = JSON.parse(downloaded.out) as { Dir: string }
  // The module cache is read-only; the copy must be removable.
  for (const path of paths) cpSync(join(Dir, path), join(into, basename(path)), { recursive: true })
  return spawnSync('chmod', ['-R', 'u+w', into]).status === 0 ? null : `chmod failed in ${into} for ${part}`
}
