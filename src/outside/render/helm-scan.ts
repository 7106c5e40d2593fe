import { readdir, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { RenderResult } from '../../flow/ports.ts'
import { confine } from './confine.ts'
import type { Absence } from './kustomize-scan.ts'

type Failure = Extract<RenderResult, { ok: false }>

/** One file of a chart: where it stands in the chart, and where in the worktree, symbolic links followed. */
export interface ChartFile { readonly path: string, readonly real: string }

export type ChartFiles = { readonly ok: true, readonly files: readonly ChartFile[] } | Failure

const MOST_FILES = 5000
const MOST_BYTES = 64 * 1024 * 1024
const DEEPEST = 30

interface Walk { readonly root: string, readonly chart: string, readonly isAbsent: Absence, readonly files: ChartFile[], bytes: number }

/** Every file of a chart's folder. Helm follows symbolic links: one that leaves the repository is refused. `root` is a real path. */
export async function scanChart(root: string, chart: string, isAbsent: Absence): Promise<ChartFiles> {
  const start = await confine(root, chart)
  if (start.kind === 'outside') return failureOf(chart, 'the chart leads out of the repository.')
  if (start.kind !== 'directory') return { ok: false, message: `${chart === '' ? 'The root' : chart} is no folder of the repository.` }
  const walk: Walk = { root, chart, isAbsent, files: [], bytes: 0 }
  const failure = await scanFolder(walk, { path: '', real: start.real, depth: 0 })
  if (failure !== null) return failure
  if (!walk.files.some(({ path }) => path === 'Chart.yaml')) return { ok: false, message: `${chart === '' ? 'The root' : chart} holds no Chart.yaml.` }
  return { ok: true, files: walk.files }
}

async function scanFolder(walk: Walk, folder: ChartFile & { readonly depth: number }): Promise<Failure | null> {
  if (folder.depth > DEEPEST) return failureOf(posix.join(walk.chart, folder.path), 'folders are nested too deep, or symbolic links run in a circle.')
  const entries = await readdir(join(walk.root, folder.real))
  for (const name of entries.sort()) {
    const failure = await scanEntry(walk, { path: posix.join(folder.path, name), real: posix.join(folder.real, name), depth: folder.depth + 1 })
    if (failure !== null) return failure
  }
  return null
}

async function scanEntry(walk: Walk, entry: ChartFile & { readonly depth: number }): Promise<Failure | null> {
  if (entry.path === '.git' || walk.isAbsent(posix.join(walk.chart, entry.path))) return null
  const where = await confine(walk.root, entry.real)
  if (where.kind === 'outside') return failureOf(posix.join(walk.chart, entry.path), 'the symbolic link leads out of the repository.')
  if (where.kind === 'missing') return null
  if (where.kind === 'directory') return scanFolder(walk, { ...entry, real: where.real })
  walk.bytes += (await stat(join(walk.root, where.real))).size
  walk.files.push({ path: entry.path, real: where.real })
  if (walk.files.length > MOST_FILES || walk.bytes > MOST_BYTES) return failureOf(walk.chart, `the chart has more than ${MOST_FILES} files or ${MOST_BYTES / 1024 / 1024} MB.`)
  return null
}

function failureOf(at: string, sentence: string): Failure {
  return { ok: false, message: `${at}: ${sentence}`, blocked: { code: 'UNSUPPORTED', at } }
}
