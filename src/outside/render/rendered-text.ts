import type { KubernetesObject } from '../../model/resource.ts'
import { isKubernetesObject } from '../../model/resource.ts'
import type { RenderJob, RenderResult } from '../../flow/ports.ts'
import { readManifests } from './manifests.ts'
import { substituted, withMetadata } from './substituted.ts'
import type { ReadDocument } from './substituted.ts'

const CACHE_LIMIT = 32 * 1024 * 1024

/** What happens to what was built. */
export type AfterBuild = Pick<RenderJob, 'substitute' | 'metadata'>

/**
 * Reads what kustomize prints. Most documents of two renders are the same text, so each text is parsed once and the same object is given again:
 * that makes reading the second render, and comparing it, nearly free.
 */
export function renderedTextReader(): (text: string, after: AfterBuild) => RenderResult {
  const cache = new Map<string, KubernetesObject>()
  let size = 0
  const parse = (document: string): KubernetesObject | null => {
    const object = cache.get(document) ?? readObject(document)
    if (object === null || cache.has(document)) return object
    if (size > CACHE_LIMIT) { cache.clear(); size = 0 }
    cache.set(document, object)
    size += document.length
    return object
  }
  return (text, { substitute, metadata }) => {
    const documents: ReadDocument[] = []
    for (const document of text.split(/^---(?:\r?\n|$)/m)) {
      if (document.trim() === '') continue
      const object = parse(document)
      if (object === null) return { ok: false, message: `The renderer printed something that is no Kubernetes object: ${document.slice(0, 200)}` }
      documents.push({ text: document, object })
    }
    const rendered: RenderResult = substitute === undefined ? { ok: true, objects: documents.map(({ object }) => ({ object, origin: null })) } : substituted(documents, substitute, parse)
    return withMetadata(rendered, metadata)
  }
}

function readObject(document: string): KubernetesObject | null {
  const [manifest, ...more] = readManifests(document)
  return manifest?.ok === true && more.length === 0 && isKubernetesObject(manifest.value) ? manifest.value : null
}
