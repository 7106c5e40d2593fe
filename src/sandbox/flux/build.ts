import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubernetesObject } from '../../model/resource.ts'
import { nameOf } from '../api.ts'
import { hasKustomization, kustomizeBuild, readManifest } from '../render.ts'

// What source-controller leaves out of every artifact.
const EXCLUDED = new Set(['.git', '.gitignore', '.gitmodules', '.gitattributes', '.github', '.circleci', '.travis.yml', '.gitlab-ci.yml', 'appveyor.yml', '.drone.yml',
  'cloudbuild.yaml', 'codeship-services.yml', 'codeship-steps.yml', '.goreleaser.yml', '.goreleaser.yaml', '.sops.yaml', '.flux.yaml'])

/**
 * Builds a path of an artifact as kustomize-controller does. Without a kustomization file every YAML file below is
 * picked up, and a subfolder that has one counts as that one resource (argocd-flux.md 2). Throws with its words.
 */
export async function buildPath(root: string, path: string): Promise<readonly KubernetesObject[]> {
  const folder = join(root, path)
  return hasKustomization(folder) ? build(folder) : unique(await collect(folder, ''))
}

// The generated kustomization is built as any other: kustomize takes no object twice.
function unique(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const seen = new Set<string>()
  for (const object of objects) {
    const { group, version, kind, namespace, name } = nameOf(object)
    const id = `${kind}.${version}.${group === '' ? '[noGrp]' : group}/${name}.${namespace ?? '[noNs]'}`
    if (seen.has(id)) throw new Error(`kustomize build failed: accumulating resources: may not add resource with an already registered id: ${id}`)
    seen.add(id)
  }
  return objects
}

async function collect(folder: string, below: string): Promise<readonly KubernetesObject[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true })
  const objects: KubernetesObject[] = []
  for (const entry of [...entries].sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(below, entry.name)
    if (EXCLUDED.has(entry.name)) continue
    if (entry.isDirectory()) objects.push(...hasKustomization(join(folder, path)) ? await build(join(folder, path)) : await collect(folder, path))
    else if (/\.ya?ml$/.test(entry.name)) objects.push(...await manifest(folder, path))
  }
  return objects
}

async function manifest(folder: string, path: string): Promise<readonly KubernetesObject[]> {
  return readManifest(folder, path).catch((error: unknown) => {
    throw new Error(`failed to decode Kubernetes YAML from ${path}: ${error instanceof Error ? error.message : String(error)}`)
  })
}

async function build(folder: string): Promise<readonly KubernetesObject[]> {
  return kustomizeBuild(folder, 'LoadRestrictionsNone').catch((error: unknown) => {
    throw new Error(`kustomize build failed: ${error instanceof Error ? error.message : String(error)}`)
  })
}
