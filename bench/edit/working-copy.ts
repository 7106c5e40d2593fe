import { execFileSync } from 'node:child_process'
import { cpSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a file was before and is after; null where it is not there. Bytes as latin1 would lie about UTF-8, so they stay buffers. */
export interface TouchedFile { readonly path: string, readonly before: Buffer | null, readonly after: Buffer | null }

/** A repository laid out in a folder, which can always tell what is not as it was, and put it back. */
export interface WorkingCopy {
  readonly folder: string
  /** Every file that is not as it was at the start, or since the last `remember`. */
  touched(): readonly TouchedFile[]
  /** Puts these files back, and throws where anything still differs. */
  restore(files: readonly TouchedFile[]): void
  dispose(): void
}

interface Seen { readonly bytes: Buffer, readonly stamp: string }

/** Unpacks an archive into a folder; `change` may alter files before they are committed. */
export function layOut(archive: string, folder: string, change: (folder: string) => void = () => undefined): void {
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['xzf', archive, '-C', folder])
  execFileSync('chmod', ['-R', 'u+w', folder])
  change(folder)
  commitAll(folder)
}

/** Makes a folder a repository with one commit of everything, as a person's checkout is. */
export function commitAll(folder: string): void {
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-c', 'core.autocrlf=false', '-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', '-c', 'gc.auto=0', ...args],
      { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], env: { PATH: process.env['PATH'] ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1' } })
  }
  git('init', '-q', '-b', 'main', '.')
  git('add', '-A', '-f')
  git('commit', '-q', '-m', 'the repository as it is')
}

/** A copy of a laid-out repository that may be edited. */
export function workingCopy(pristine: string, folder: string): WorkingCopy {
  cpSync(pristine, folder, { recursive: true, preserveTimestamps: true })
  let known = look(folder, new Map())
  return {
    folder,
    touched: () => compare(known, look(folder, known)),
    restore(files) {
      for (const { path, before } of files) put(join(folder, path), before)
      const now = look(folder, known)
      const left = compare(known, now)
      if (left.length > 0) throw new Error(`the working copy is not as it was: ${left.map(file => file.path).join(', ')}`)
      known = now
    },
    dispose: () => { rmSync(folder, { recursive: true, force: true }) },
  }
}

/** Writes or removes one file. */
export function put(path: string, bytes: Buffer | null): void {
  if (bytes === null) return rmSync(path, { force: true })
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

/** All files of a folder but Git's own, relative to it. */
export function filesBelow(folder: string, below = ''): readonly string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap(entry => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (path === '.git') return []
    return entry.isDirectory() ? filesBelow(folder, path) : [path]
  })
}

/** Reads what changed since the last look: no write leaves the time of the last change of an inode as it was. */
function look(folder: string, known: ReadonlyMap<string, Seen>): ReadonlyMap<string, Seen> {
  return new Map(filesBelow(folder).map(path => {
    const stat = lstatSync(join(folder, path), { bigint: true })
    const stamp = [stat.ino, stat.size, stat.mode, stat.mtimeNs, stat.ctimeNs].join()
    const before = known.get(path)
    return [path, before?.stamp === stamp ? before : { bytes: readFileSync(join(folder, path)), stamp }]
  }))
}

function compare(known: ReadonlyMap<string, Seen>, now: ReadonlyMap<string, Seen>): readonly TouchedFile[] {
  const paths = [...new Set([...known.keys(), ...now.keys()])].sort()
  return paths.flatMap(path => {
    const [before, after] = [known.get(path)?.bytes ?? null, now.get(path)?.bytes ?? null]
    const same = before === null || after === null ? before === after : before.equals(after)
    return same ? [] : [{ path, before, after }]
  })
}
