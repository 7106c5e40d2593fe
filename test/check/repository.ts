import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { check } from '../../src/operations/check.ts'
import type { CheckDocument } from '../../src/views/check-document.ts'
import { renderers } from '../../src/outside/render/renderers.ts'
import { checking } from '../../src/wire.ts'

/** The branch of a pipeline on GitHub, as its variable says it. */
export const PIPELINE = { GITHUB_BASE_REF: 'main' }

/** A repository with a base on main, and a pull request on top of it. */
export class Repository {
  readonly dir = mkdtempSync(join(tmpdir(), 'writ-test-check-'))

  constructor() {
    this.git('init', '-q', '-b', 'main')
  }

  git(...args: readonly string[]): string {
    const env = { PATH: process.env['PATH'], HOME: this.dir, GIT_CONFIG_GLOBAL: '/dev/null', GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z', GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z' }
    return execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=n@example.com', ...args], { cwd: this.dir, env, encoding: 'utf8' }).trim()
  }

  /** Writes these files; null takes one away. */
  put(files: Readonly<Record<string, string | null>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.dir, path)), { recursive: true })
      if (text === null) rmSync(join(this.dir, path), { recursive: true, force: true })
      else writeFileSync(join(this.dir, path), text)
    }
  }

  /** Makes the files those of a folder. */
  become(folder: string): void {
    for (const name of readdirSync(this.dir)) if (name !== '.git') rmSync(join(this.dir, name), { recursive: true })
    cpSync(folder, this.dir, { recursive: true })
  }

  commit(): string {
    this.git('add', '-A')
    this.git('commit', '-q', '--allow-empty', '-m', 'c')
    return this.git('rev-parse', 'HEAD')
  }

  /** What is there is the base; what comes is a pull request. */
  base(): string {
    const commit = this.commit()
    this.git('update-ref', 'refs/remotes/origin/main', commit)
    this.git('checkout', '-q', '-b', 'pr')
    return commit
  }

  async check(input: object = {}, variables: Readonly<Record<string, string>> = PIPELINE, config: { readonly dir: string, readonly from: string } = { dir: join(this.dir, 'environments'), from: 'the default' }): Promise<CheckDocument> {
    const { world, close } = await checking({ ...config, cwd: this.dir })
    try {
      return await check(world, input, variables)
    } finally {
      await close()
    }
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Says what is missing, where it is. */
export async function lacks(formats: readonly string[]): Promise<string | null> {
  for (const format of formats) {
    try {
      await renderers({ timeoutMs: 20_000 }).find(one => one.format === format)?.info()
    } catch (error) {
      return error instanceof Error ? error.message : 'a renderer is missing'
    }
  }
  return null
}
