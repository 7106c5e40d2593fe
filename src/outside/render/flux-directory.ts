import { mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix, relative } from 'node:path'
import { KUSTOMIZATION_NAMES } from '../../model/kustomization.ts'
import { isList, isObject } from '../../model/json.ts'
import { isKubernetesObject } from '../../model/resource.ts'
import type { RenderResult, Renderer } from '../../flow/ports.ts'
import { confine } from './confine.ts'
import { kustomizeProgram } from './kustomize-program.ts'
import type { KustomizeProgram } from './kustomize-program.ts'
import { scanKustomization } from './kustomize-scan.ts'
import { readManifests } from './manifests.ts'
import { renderedTextReader } from './rendered-text.ts'

type Failure = Extract<RenderResult, { ok: false }>
interface Found { readonly files: string[], readonly directories: string[] }

/** What source-controller leaves out of an artifact by itself, as far as it can be YAML (source-controller: sourceignore defaults). */
const LEFT_OUT = /(?:^|\/)(?:\.git|\.github|\.circleci)(?:\/|$)|(?:^|\/)(?:\.travis\.yml|\.gitlab-ci\.yml|appveyor\.yml|\.drone\.yml|cloudbuild\.yaml|codeship-services\.yml|codeship-steps\.yml|\.goreleaser\.yml|\.sops\.yaml|\.flux\.yaml)$/

/**
 * A Flux path without a kustomization file: kustomize-controller generates one that lists every YAML file below,
 * and a subfolder with a kustomization file of its own only as that (argocd-flux.md section 2).
 */
export function fluxDirectoryRenderer(options: { readonly timeoutMs: number }): Renderer {
  const program = kustomizeProgram(options)
  const read = renderedTextReader()
  return {
    format: 'flux-directory',
    info: () => program.info(),
    async render(job) {
      const root = await realpath(job.dir)
      const start = await confine(root, job.path)
      if (start.kind !== 'directory') return { ok: false, message: `${job.path} does not exist in the repository.` }
      const found: Found = { files: [], directories: [] }
      await collect({ root, path: start.real }, found)
      const failure = await checkFiles(root, found.files) ?? await scanKustomization(root, found.directories)
      if (failure !== null) return failure
      if (found.files.length + found.directories.length === 0) return { ok: true, objects: [] }
      const built = await buildGenerated(program, root, [...found.files, ...found.directories])
      return built.ok ? read(built.text) : built
    },
  }
}

async function collect(from: { readonly root: string, readonly path: string }, found: Found): Promise<void> {
  const entries = await readdir(join(from.root, from.path), { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = posix.join(from.path, entry.name)
    if (LEFT_OUT.test(path)) continue
    if (entry.isDirectory()) {
      if (await hasKustomization(from.root, path)) found.directories.push(path)
      else await collect({ root: from.root, path }, found)
    } else if (/\.ya?ml$/.test(entry.name)) found.files.push(path)
  }
}

async function hasKustomization(root: string, path: string): Promise<boolean> {
  for (const name of KUSTOMIZATION_NAMES) if ((await confine(root, posix.join(path, name))).kind === 'file') return true
  return false
}

/** kustomize-controller reads each file first and fails on one that holds anything but Kubernetes objects. */
async function checkFiles(root: string, files: readonly string[]): Promise<Failure | null> {
  for (const path of files) {
    const where = await confine(root, path)
    if (where.kind !== 'file') return { ok: false, message: `${path} leads out of the repository.`, blocked: { code: 'UNSUPPORTED', at: path } }
    for (const manifest of readManifests((await readFile(join(root, where.real))).toString('utf8'))) {
      const at = `${path}:${manifest.line}`
      if (!manifest.ok) return { ok: false, message: `${at}: ${manifest.message}.`, blocked: { code: manifest.template ? 'TEMPLATE' : 'RENDER_FAILED', at } }
      const list = isObject(manifest.value) && isList(manifest.value['items'])
      if (manifest.value !== null && !list && !isKubernetesObject(manifest.value)) return { ok: false, message: `${at}: no Kubernetes object.`, blocked: { code: 'RENDER_FAILED', at } }
    }
  }
  return null
}

/** The generated kustomization stands in a folder of its own, so that no other render of the same worktree ever sees it. */
async function buildGenerated(program: KustomizeProgram, root: string, resources: readonly string[]): ReturnType<KustomizeProgram['build']> {
  const scratch = await mkdtemp(join(tmpdir(), 'writ-generated-'))
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
