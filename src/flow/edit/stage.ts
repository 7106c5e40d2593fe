import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, textAt } from '../../model/json.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { refOf } from '../../model/resource.ts'
import { imageParts } from './image.ts'
import type { Sought } from './look.ts'

/** What an object is called at some point of the accumulation: prefixes, suffixes and namespaces come later. Namespace null: it states none. */
export interface StageName { readonly name: string, readonly namespace: string | null }

/** The name that a rendered object has where the patches of a kustomization see it: its own prefix and suffix are laid on after them. */
export function stageName(kustomization: JsonObject, target: Pick<ObjectRef, 'kind' | 'name'>): { readonly name: string } {
  const [prefix, suffix] = [textAt(kustomization, 'namePrefix') ?? '', textAt(kustomization, 'nameSuffix') ?? '']
  const { name } = target
  const around = name.length > prefix.length + suffix.length && name.startsWith(prefix) && name.endsWith(suffix)
  return { name: around && !UNNAMED.has(target.kind) ? name.slice(prefix.length, name.length - suffix.length) : name }
}

/** Kinds whose names kustomize leaves alone. */
const UNNAMED: ReadonlySet<string> = new Set(['CustomResourceDefinition', 'APIService', 'Namespace'])

/**
 * What the target may be called there, the likeliest first. A namespace that the kustomization sets itself is laid on after its patches;
 * they see the one that the manifest states, where it states one.
 */
export function stageNames(kustomization: JsonObject, target: ObjectRef, declared: readonly StageName[]): readonly StageName[] {
  const { name } = stageName(kustomization, target)
  if (textAt(kustomization, 'namespace') === undefined) return [{ name, namespace: target.namespace }, { name, namespace: null }].slice(0, target.namespace === null ? 1 : 2)
  const stated = [...new Set(declared.map(({ namespace }) => namespace))].filter(namespace => namespace !== null)
  return stated.length === 1 ? [{ name, namespace: stated[0] ?? null }, { name, namespace: null }] : [{ name, namespace: null }]
}

/** True where another object that kustomize scales would have the same name there: one entry of `replicas:` reaches both. */
export function replicasAreSharedName(kustomization: JsonObject, { target, objects }: Pick<Sought, 'target' | 'objects'>): boolean {
  const { name } = stageName(kustomization, target)
  const scaled = objects.map(refOf).filter(ref => /^(?:Deployment|StatefulSet|ReplicaSet|ReplicationController)$/.test(ref.kind) && stageName(kustomization, ref).name === name)
  return scaled.length > 1
}

/** The keys of a kustomization that decide a field after its patches, so that none of them has an effect there. */
export function decidedAfterPatches(kustomization: JsonObject, sought: Sought): boolean {
  const last = sought.path.at(-1)
  if (last === 'image' && typeof sought.after === 'string') {
    const wanted = imageParts(sought.after).name
    return items(kustomization['images']).some(({ name, newTag, digest, newName }) => name === wanted && (newTag ?? digest ?? newName) !== undefined)
  }
  if (last === 'replicas' && sought.path.length === 2) {
    const { name } = stageName(kustomization, sought.target)
    return items(kustomization['replicas']).some(entry => entry['name'] === name || entry['name'] === sought.target.name)
  }
  return false
}

function items(list: Json | undefined): readonly JsonObject[] {
  return isList(list) ? list.filter(isObject) : []
}
