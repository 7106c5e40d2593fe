import { readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { join, posix, relative } from 'node:path'
import { KUSTOMIZATION_NAMES } from '../../model/kustomization.ts'
import { isList, isObject } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { isKubernetesObject } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { WritError } from '../../model/error.ts'
import type { RenderJob, RenderResult, RenderedObject, Renderer } from '../../flow/ports.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { confine } from './confine.ts'
import { absenceOf } from './kustomize.ts'
import { kustomizeProgram } from './kustomize-program.ts'
import type { KustomizeProgram } from './kustomize-program.ts'
import { scanKustomization } from './kustomize-scan.ts'
import type { Absence } from './kustomize-scan.ts'
import { disputedScalar, readManifests } from './manifests.ts'
import { overlaidBuild } from './overlaid-build.ts'
import { plainObjects } from './plain-objects.ts'
import { renderedTextReader } from './rendered-text.ts'
import { withMetadata } from './substituted.ts'
import { together } from './worktree-turns.ts'

interface Found { readonly files: string[], readonly directories: string[] }

/** What source-controller leaves out of an artifact by itself, as far as it can be YAML (source-controller: sourceignore defaults). */
const LEFT_OUT = /(?:^|\/)(?:\.git|\.github|\.circleci)(?:\/|$)|(?:^|\/)(?:\.travis\.yml|\.gitlab-ci\.yml|appveyor\.yml|\.drone\.yml|cloudbuild\.yaml|codeship-services\.yml|codeship-steps\.yml|\.goreleaser\.yml|\.sops\.yaml|\.flux\.yaml)$/

/**
 * A Flux path without a kustomization file: kustomize-controller generates one that lists every YAML file below,
 * and a subfolder with a kustomization file of its own only as that (argocd-flux.md section 2).
 * Where no program that builds it is there, plain files are read as that build gives them; a subfolder with a kustomization needs the program.
 */
export function fluxDirectoryRenderer(options: { readonly timeoutMs: number }): Renderer {
  const program = kustomizeProgram(options)
  const read = renderedTextReader()
  return {
    format: 'flux-directory',
    info: () => program.info().catch((error: unknown) => isMissing(error) ? { name: 'flux-directory', version: '1' } : Promise.reject(error)),
    async render(job) {
      const root = await realpath(job.dir)
      const found = await together(root, () => findManifests(root, job))
      if ('ok' in found) return found
      const { files, directories, path } = found
      const { kustomize: overlay } = job
      if (overlay !== undefined) {
        const resources = [...files, ...directories].map(one => `./${posix.relative(path, one)}`)
        const generated = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...resources.length === 0 ? { namespace: '_placeholder' } : { resources } }
        const built = await overlaidBuild(program, { root, path, loadRestrictor: 'none', overlay, generated, isAbsent: absenceOf(job) })
        return built.ok && 'text' in built ? read(built.text, job) : built
      }
      if (files.length + directories.length === 0) return { ok: true, objects: [] }
      if (directories.length === 0 && job.substitute === undefined && !await isThere(program)) return withMetadata(await disputed(root, files) ?? plainObjects(found.objects), job.metadata)
      const built = await together(root, () => buildGenerated(program, root, [...files, ...directories]))
      return built.ok ? read(built.text, job) : built
    },
  }
}

interface Manifests extends Found { readonly path: string, readonly objects: readonly RenderedObject[] }

/** What the controller would list, once each of it is seen to be what it can take. */
async function findManifests(root: string, job: RenderJob): Promise<Manifests | Extract<RenderResult, { ok: false }>> {
  const start = await confine(root, job.path)
  if (start.kind !== 'directory') return { ok: false, message: `${job.path} does not exist in the repository.` }
  const found: Found = { files: [], directories: [] }
  const byDefault = (path: string): boolean => job.leftOut === undefined && LEFT_OUT.test(path)
  await collect({ root, path: start.real, isAbsent: job.leftOut === undefined ? byDefault : absenceOf(job), skips: byDefault }, found)
  const checked = await checkFiles(root, found.files)
  if (!checked.ok) return checked
  return await scanKustomization(root, found.directories, absenceOf(job)) ?? { ...found, path: start.real, objects: checked.objects }
}

/** Where readers differ, only kustomize itself says what Flux deploys. */
async function disputed(root: string, files: readonly string[]): Promise<RenderResult | null> {
  for (const path of files) {
    const scalar = disputedScalar(await readFile(join(root, path), 'utf8'))
    if (scalar !== null) return { ok: false, message: `${path}: what the plain scalar ${scalar} means is for kustomize to say, which is not installed; quote it, or install kustomize.`, blocked: { code: 'UNSUPPORTED', at: path } }
  }
  return null
}

function isMissing(error: unknown): boolean {
  return error instanceof WritError && error.code === 'render/no-renderer'
}

async function isThere(program: KustomizeProgram): Promise<boolean> {
  try {
    await program.info()
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Patterns speak of files: one below a folder that they name may be let in again. */
interface From { readonly root: string, readonly path: string, readonly isAbsent: Absence, readonly skips: Absence }

async function collect(from: From, found: Found): Promise<void> {
  const entries = await readdir(join(from.root, from.path), { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = posix.join(from.path, entry.name)
    if (entry.name === '.git' || (entry.isDirectory() ? from.skips(path) : from.isAbsent(path))) continue
    if (entry.isDirectory()) {
      if (await hasKustomization(from.root, path)) found.directories.push(path)
      else await collect({ ...from, path }, found)
    } else if (/\.ya?ml$/.test(entry.name)) found.files.push(path)
  }
}

async function hasKustomization(root: string, path: string): Promise<boolean> {
  for (const name of KUSTOMIZATION_NAMES) if ((await confine(root, posix.join(path, name))).kind === 'file') return true
  return false
}

/** kustomize-controller reads each file first and fails on one that holds anything but Kubernetes objects. */
async function checkFiles(root: string, files: readonly string[]): Promise<RenderResult> {
  const objects: RenderedObject[] = []
  for (const path of files) {
    const where = await confine(root, path)
    if (where.kind !== 'file') return { ok: false, message: `${path} leads out of the repository.`, blocked: { code: 'UNSUPPORTED', at: path } }
    for (const manifest of readManifests((await readFile(join(root, where.real))).toString('utf8'), 'unique')) {
      const at = `${path}:${manifest.line}`
      if (!manifest.ok) return { ok: false, message: `${at}: ${manifest.message}.`, blocked: { code: manifest.template ? 'TEMPLATE' : 'RENDER_FAILED', at } }
      const found = objectsOf(manifest.value)
      if (found === null) return { ok: false, message: `${at}: no Kubernetes object.`, blocked: { code: 'RENDER_FAILED', at } }
      objects.push(...found.map(object => ({ object, origin: { path, document: manifest.index } })))
    }
  }
  return { ok: true, objects }
}

/** The objects of one document, those of a list kind included; null where something else stands there. */
function objectsOf(value: Json): readonly KubernetesObject[] | null {
  if (value === null) return []
  const items = isObject(value) && isList(value['items']) ? value['items'] : [value]
  const objects = items.filter(isKubernetesObject)
  return objects.length === items.length ? objects : null
}

/** The generated kustomization stands in a folder of its own, so that no other render of the same worktree ever sees it. */
async function buildGenerated(program: KustomizeProgram, root: string, resources: readonly string[]): ReturnType<KustomizeProgram['build']> {
  const scratch = await scratchFolder('writ-generated-')
  try {
    const cwd = await realpath(scratch)
    const kustomization = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: resources.map(path => relative(cwd, join(root, path))) }
    await writeFile(join(cwd, 'kustomization.yaml'), JSON.stringify(kustomization))
    const built = await program.build({ cwd, path: '', loadRestrictor: 'none' })
    return built.ok ? built : { ok: false, message: built.message.replaceAll(`${relative(cwd, root)}/`, '').replaceAll(`${root}/`, '') }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
