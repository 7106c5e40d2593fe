import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isObject } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Api } from '../api.ts'
import { nameOf } from '../api.ts'
import type { GitSources } from '../git-sources.ts'
import { hasKustomization, kustomizeBuild, listFiles } from '../render.ts'
import { readObjects } from '../yaml-objects.ts'
import type { ApplicationSpec } from './application.ts'
import { matchesGlob } from './glob.ts'

export type SourceType = 'Directory' | 'Kustomize'

/** What a commit wants in the cluster. */
export interface Target { readonly revision: string, readonly type: SourceType, readonly objects: readonly KubernetesObject[] }

/** Renders a commit as the repo-server does. Throws with its words (argocd-flux.md 7.2). */
export async function loadTarget(spec: ApplicationSpec, revision: string, from: { readonly sources: GitSources, readonly api: Api, readonly instance: string }): Promise<Target> {
  const checkout = await from.sources.checkout(spec.repoURL, revision)
  const folder = join(checkout.folder, spec.path)
  if (!existsSync(folder)) throw new Error(`${spec.path}: app path does not exist`)
  const type = spec.forced ?? (hasKustomization(folder) ? 'Kustomize' : 'Directory')
  if (existsSync(join(folder, 'Chart.yaml')) && spec.forced === null) throw new Error('the sandbox\'s Argo CD does not know Helm charts')
  const rendered = type === 'Kustomize' ? await build(folder) : await readDirectory(folder, spec)
  const objects = await Promise.all(rendered.map(object => tracked(object, spec, from)))
  const hook = objects.find(object => JSON.stringify(object.metadata['annotations'] ?? {}).includes('argocd.argoproj.io/hook"'))
  if (hook !== undefined) throw new Error(`the sandbox's Argo CD does not know hooks (${hook.kind} ${nameOf(hook).name})`)
  return { revision, type, objects: [...objects].sort((a, b) => rank(a) - rank(b)) }
}

async function build(folder: string): Promise<readonly KubernetesObject[]> {
  return kustomizeBuild(folder, 'LoadRestrictionsRootOnly').catch((error: unknown) => {
    throw new Error(`\`kustomize build <path to cached source>\` failed exit status 1: ${error instanceof Error ? error.message : String(error)}`)
  })
}

async function readDirectory(folder: string, spec: ApplicationSpec): Promise<readonly KubernetesObject[]> {
  const { recurse, include, exclude } = spec.directory
  const files = await listFiles(folder, { recurse, endings: ['.yaml', '.yml', '.json', '.jsonnet'] })
  const taken = files.filter(path => (include === null || include === '' || matchesGlob(include, path)) && (exclude === null || exclude === '' || !matchesGlob(exclude, path)))
  const jsonnet = taken.find(path => path.endsWith('.jsonnet'))
  if (jsonnet !== undefined) throw new Error(`the sandbox's Argo CD does not know jsonnet (${jsonnet})`)
  return (await Promise.all(taken.map(async path => readFileOf(await readFile(join(folder, path), 'utf8'), path)))).flat()
}

/** A YAML file that is no manifest and does not look like one is left out; of a key given twice the last counts (argocd-flux.md 1.2). */
function readFileOf(text: string, path: string): readonly KubernetesObject[] {
  if (text.includes('+argocd:skip-file-rendering')) return []
  try {
    if (path.endsWith('.json')) JSON.parse(text)
    return readObjects(text, path, 'last')
  } catch (error) {
    const manifest = path.endsWith('.json') || ['apiVersion:', 'kind:', 'metadata:'].every(word => text.includes(word))
    if (manifest) throw new Error(`Failed to unmarshal "${path}": ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    return []
  }
}

// Namespace and CRD first, as the default order of a sync has it.
function rank(object: KubernetesObject): number {
  return object.kind === 'Namespace' ? 0 : object.kind === 'CustomResourceDefinition' ? 1 : 2
}

/** Gives an object its namespace and its tracking id (argocd-flux.md 1.1); CRDs carry none. */
async function tracked(object: KubernetesObject, spec: ApplicationSpec, from: { readonly api: Api, readonly instance: string }): Promise<KubernetesObject> {
  const name = nameOf(object)
  const namespaced = await from.api.namespaced(name)
  const namespace = namespaced ? name.namespace ?? spec.namespace : null
  const annotations = object.metadata['annotations']
  const { namespace: _stated, ...metadata } = object.metadata
  const id = `${from.instance}:${name.group}/${name.kind}:${namespace ?? spec.namespace}/${name.name}`
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(namespace === null ? {} : { namespace }),
      ...(object.kind === 'CustomResourceDefinition' ? {} : { annotations: { ...(isObject(annotations) ? annotations : {}), 'argocd.argoproj.io/tracking-id': id } }),
    },
  }
}
