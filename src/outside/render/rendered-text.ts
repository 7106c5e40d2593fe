import type { KubernetesObject } from '../../model/resource.ts'
import { isKubernetesObject } from '../../model/resource.ts'
import type { RenderResult } from '../../flow/ports.ts'
import { readManifests } from './manifests.ts'

const CACHE_LIMIT = 32 * 1024 * 1024

/**
 * Reads what kustomize prints. Most documents of two renders are the same text, so each text is parsed once and the same object is given again:
 * that makes reading the second render, and comparing it, nearly free.
 */
export function renderedTextReader(): (text: string) => RenderResult {
  const cache = new Map<string, KubernetesObject>()
  let size = 0
  return text => {
    const objects: KubernetesObject[] = []
    for (const document of text.split(/^---(?:\r?\n|$)/m)) {
      if (document.trim() === '') continue
      const object = cache.get(document) ?? readObject(document)
      if (object === null) return { ok: false, message: `The renderer printed something that is no Kubernetes object: ${document.slice(0, 200)}` }
      if (!cache.has(document)) {
        if (size > CACHE_LIMIT) { cache.clear(); size = 0 }
        cache.set(document, object)
        size += document.length
      }
      objects.push(object)
    }
    return { ok: true, objects: objects.map(object => ({ object, origin: null })) }
  }
}

function readObject(document: string): KubernetesObject | null {
  const [manifest, ...more] = readManifests(document)
  return manifest?.ok === true && more.length === 0 && isKubernetesObject(manifest.value) ? manifest.value : null
}
