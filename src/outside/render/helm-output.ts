import type { JsonObject } from '../../model/json.ts'
import { isObject, objectsAt, textAt, valueAt } from '../../model/json.ts'
import { isKubernetesObject, metadataText } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { RenderedObject } from '../../flow/ports.ts'
import { PROBE } from './helm-stage.ts'
import { readManifests } from './manifests.ts'

/** What helm printed: the objects in its order, and the values that the chart saw. */
export type HelmOutput =
  | { readonly ok: true, readonly objects: readonly PrintedObject[], readonly values: JsonObject | null }
  | { readonly ok: false, readonly message: string }

export interface PrintedObject extends RenderedObject {
  readonly source: string
  readonly text: string
  /** A definition of the chart's `crds/`, which no template makes. */
  readonly crd: boolean
}

const CRDS = /^[^/]+(?:\/charts\/[^/]+)*\/crds\//

/** Reads helm's output. Parts that two renders have in common are parsed once. */
export function helmOutputReader(): (text: string, folder: (source: string) => string) => HelmOutput {
  const cache = new Map<string, readonly KubernetesObject[] | string>()
  const parse = (text: string): readonly KubernetesObject[] | string => {
    const known = cache.get(text)
    if (known !== undefined) return known
    if (cache.size > 5000) cache.clear()
    const found = objectsOf(text)
    cache.set(text, found)
    return found
  }
  return (output, folder) => {
    const objects: PrintedObject[] = []
    let values: JsonObject | null = null
    for (const { source, text } of documents(output)) {
      if (source.endsWith(`/templates/${PROBE}`)) {
        values = probed(text)
        continue
      }
      const found = parse(text)
      if (typeof found === 'string') return { ok: false, message: `${folder(source)}: ${found}` }
      objects.push(...found.map(object => ({
        object, origin: null, source: folder(source), text, crd: CRDS.test(source), ...metadataText(object, 'annotations', 'helm.sh/hook') === undefined ? {} : { hook: true as const },
      })))
    }
    return { ok: true, objects, values }
  }
}

function documents(output: string): readonly { readonly source: string, readonly text: string }[] {
  return `\n${output}`.split(/\n---\n(?=# Source: )/).slice(1).flatMap(part => {
    const end = part.indexOf('\n')
    const source = (end < 0 ? part : part.slice(0, end)).slice('# Source: '.length)
    // A definition of crds/ may hold several documents.
    return (end < 0 ? '' : part.slice(end + 1)).split(/^---(?:\r?\n|$)/m).filter(text => text.trim() !== '').map(text => ({ source, text }))
  })
}

function objectsOf(text: string): readonly KubernetesObject[] | string {
  const objects: KubernetesObject[] = []
  for (const manifest of readManifests(text)) {
    if (!manifest.ok) return `what it renders is no YAML: ${manifest.message}`
    if (manifest.value === null) continue
    const items = isObject(manifest.value) && (textAt(manifest.value, 'kind') ?? '').endsWith('List') && Array.isArray(manifest.value['items']) ? objectsAt(manifest.value, 'items') : [manifest.value]
    for (const item of items) {
      if (!isKubernetesObject(item)) return 'it renders something that is no Kubernetes object'
      objects.push(item)
    }
  }
  return objects
}

function probed(text: string): JsonObject | null {
  const [manifest] = readManifests(text)
  const values = manifest?.ok === true ? valueAt(manifest.value, 'values') : undefined
  return isObject(values) ? values : null
}
