import { access, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { WritError } from '../../model/error.ts'
import type { JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import { KUSTOMIZATION_NAMES } from '../../model/kustomization.ts'
import type { KustomizeOverlay } from '../../model/overlay.ts'
import type { RenderResult } from '../../flow/ports.ts'
import { confine } from './confine.ts'
import type { KustomizeProgram } from './kustomize-program.ts'
import { scanKustomization } from './kustomize-scan.ts'
import type { Absence } from './kustomize-scan.ts'
import { laidOver } from './laid-over.ts'
import { readManifests } from './manifests.ts'
import { alone } from './worktree-turns.ts'

type Built = Awaited<ReturnType<KustomizeProgram['build']>>
type Failure = Extract<RenderResult, { ok: false }>

/** What is built with an owner's overlay. `root` is a real path. */
export interface OverlaidJob {
  readonly root: string
  readonly path: string
  readonly loadRestrictor: 'root' | 'none'
  readonly overlay: KustomizeOverlay
  /** The kustomization that the controller generates for a path without one; null where the path has its own. */
  readonly generated: JsonObject | null
  readonly isAbsent: Absence
}

/**
 * Builds a kustomization with what its owner's spec lays over it: the file of the throw-away worktree holds both for as long as the build runs, and nothing
 * else renders there meanwhile. Then it is as it was.
 */
export async function overlaidBuild(program: KustomizeProgram, job: OverlaidJob): Promise<Built | Failure> {
  const other = job.overlay.version === undefined ? null : await wrongVersion(program, job.overlay.version)
  return other ?? alone(job.root, () => buildAlone(program, job))
}

async function wrongVersion(program: KustomizeProgram, wanted: string): Promise<Failure | null> {
  const { version } = await program.info()
  const plain = wanted.replace(/^v/, '')
  if (plain === version) return null
  return { ok: false, message: `The owner asks for Kustomize ${plain}; what is here is ${version}.`, blocked: { code: 'UNSUPPORTED', at: 'kustomize.version' } }
}

async function buildAlone(program: KustomizeProgram, job: OverlaidJob): Promise<Built | Failure> {
  await refusePersonsCheckout(job.root)
  const file = await kustomizationFile(job)
  if ('ok' in file) return file
  const kept = `${join(job.root, file.path)}.writ-kept`
  if (!file.generated) await rename(join(job.root, file.path), kept)
  try {
    await writeFile(join(job.root, file.path), JSON.stringify(file.kustomization))
    const failure = await scanKustomization(job.root, [job.path], job.isAbsent)
    return failure === null ? await program.build({ cwd: job.root, path: job.path, loadRestrictor: job.loadRestrictor }) : withOverlay(failure)
  } finally {
    if (file.generated) await rm(join(job.root, file.path), { force: true })
    else await rename(kept, join(job.root, file.path))
  }
}

/** Worktrees hold files only. A folder with a `.git` is a person's. */
async function refusePersonsCheckout(root: string): Promise<void> {
  const there = await access(join(root, '.git')).then(() => true, () => false)
  if (there) throw new WritError('internal/bug', 'A render would have changed a checkout.')
}

interface Overlaid { readonly path: string, readonly generated: boolean, readonly kustomization: JsonObject }

async function kustomizationFile(job: OverlaidJob): Promise<Overlaid | Failure> {
  if (job.generated !== null) return overlaid(job, { path: posix.join(job.path, KUSTOMIZATION_NAMES[0]), generated: true, kustomization: job.generated })
  const failure = await scanKustomization(job.root, [job.path], job.isAbsent)
  if (failure !== null) return failure
  const there: string[] = []
  for (const name of KUSTOMIZATION_NAMES) if ((await confine(job.root, posix.join(job.path, name))).kind === 'file') there.push(name)
  const [name = '', ...more] = there
  if (more.length > 0) return { ok: false, message: `Found multiple kustomization files in ${job.path}: ${there.join(', ')}.` }
  const path = posix.join(job.path, name)
  const [manifest] = readManifests(await readFile(join(job.root, path), 'utf8'), 'unique').filter(found => !found.ok || found.value !== null)
  const value = manifest?.ok === true ? manifest.value : {}
  return overlaid(job, { path, generated: false, kustomization: isObject(value) ? value : {} })
}

async function overlaid(job: OverlaidJob, file: Overlaid): Promise<Overlaid | Failure> {
  const components = job.overlay.components ?? []
  const there = await Promise.all(components.map(async component => (await confine(job.root, posix.join(job.path, component))).kind === 'directory'))
  const result = laidOver(file.kustomization, job.overlay, { exists: component => there[components.indexOf(component)] === true, generated: file.generated })
  return result.ok ? { ...file, kustomization: result.kustomization } : { ok: false, message: `${file.path}: what its owner lays over it does not fit: ${result.message}` }
}

/** Lines of the file that was written for the build mean nothing to a person. */
function withOverlay(failure: Failure): Failure {
  const message = `with what its owner lays over it: ${failure.message.replace(/^([^:\s]+):\d+:/, '$1:')}`
  return failure.blocked === undefined ? { ok: false, message } : { ok: false, message, blocked: { code: failure.blocked.code, at: failure.blocked.at.replace(/:\d+$/, '') } }
}
