import { open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Mirror } from './mirror.ts'

const MANY_TIPS = 100
const MANY_PACKS = 50
const STALE = 600_000

/**
 * Keeps a mirror quick after thousands of fetches: refs that the newest tip contains go, and packs are joined. Nothing is
 * ever pruned (repack --geometric keeps unreachable objects), so other processes can read and write meanwhile. One
 * process does it at a time; what fails here is done next time.
 */
export async function maintain(mirror: Mirror, newest: string): Promise<void> {
  const packs = (await readdir(join(mirror.dir, 'objects', 'pack'))).filter(name => name.endsWith('.pack')).length
  if (packs <= MANY_PACKS && !await manyTips(mirror)) return
  const lock = join(mirror.dir, 'writ-maintenance.lock')
  if (!await takeLock(lock)) return
  try {
    await dropContained(mirror, newest)
    if (packs > MANY_PACKS) await mirror.call(['repack', '-q', '-d', '--geometric=2'])
  } catch {
    // The mirror is as good as before, only slower.
  } finally {
    await rm(lock, { force: true })
  }
}

async function manyTips(mirror: Mirror): Promise<boolean> {
  const names = await readdir(join(mirror.dir, 'refs', 'writ', 'tips')).catch(() => [])
  return names.length > MANY_TIPS
}

async function dropContained(mirror: Mirror, newest: string): Promise<void> {
  const listed = await mirror.call(['for-each-ref', `--merged=${newest}`, '--format=%(refname) %(objectname)', 'refs/writ/tips'])
  const lines = listed.stdout.toString('utf8').split('\n').filter(line => line !== '' && !line.endsWith(newest))
  if (lines.length > 0) await mirror.pipe(['update-ref', '--stdin'], { input: `${lines.map(line => `delete ${line}`).join('\n')}\n` })
}

async function takeLock(path: string): Promise<boolean> {
  const age = await stat(path).then(info => Date.now() - info.mtimeMs, () => 0)
  if (age > STALE) await rm(path, { force: true })
  return open(path, 'wx').then(async file => { await file.close(); return true }, () => false)
}
