import { gunzipSync } from 'node:zlib'
import { parseAllDocuments } from 'yaml'
import type { Cluster } from '../../../flow/ports.ts'
import { WritError } from '../../../model/error.ts'
import { isList, isObject, objectsAt, plainJson, textAt, valueAt } from '../../../model/json.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import { isKubernetesObject, refOf } from '../../../model/resource.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import type { InventoryRef } from './inventory-id.ts'

/** What Helm's own storage says of a release: whether its manifest holds an object, or why nobody knows. */
export type Stored = { readonly known: true, readonly secret: string, readonly lists: (ref: InventoryRef) => boolean } | { readonly known: false, readonly because: string }

/** A release that is unpacked to more than this is not read. */
const LARGEST = 64 * 1024 * 1024

/** The release that Helm deployed last for a HelmRelease, by name, namespace and the Secret that holds it; null where it never deployed one. */
export function storedRelease(release: KubernetesObject): { readonly name: string, readonly namespace: string, readonly storage: string, readonly secret: string } | null {
  const history = objectsAt(release, 'status', 'history')
  const last = history.find(one => one['status'] === 'deployed') ?? history[0]
  const [name, version] = [textAt(last, 'name'), valueAt(last, 'version')]
  if (name === undefined || typeof version !== 'number') return null
  const own = textAt(release, 'metadata', 'namespace') ?? ''
  return { name, namespace: textAt(last, 'namespace') ?? own, storage: textAt(release, 'status', 'storageNamespace') ?? textAt(release, 'spec', 'storageNamespace') ?? own, secret: `sh.helm.release.v1.${name}.v${version}` }
}

/**
 * The manifest that Helm keeps of a release, which stands for the inventory of a HelmRelease before Flux 2.8 (argocd-flux.md 2). Of the Secret only the
 * identities of the objects are kept; hooks are not in it.
 */
export async function helmStorage(cluster: Cluster, release: KubernetesObject): Promise<Stored> {
  const stored = storedRelease(release)
  if (stored === null) return { known: false, because: 'status.history names no release' }
  const where = `Secret ${stored.storage}/${stored.secret}`
  try {
    const kind = await cluster.served('', 'Secret')
    const secret = kind === null ? null : await cluster.get(kind, stored.storage, stored.secret)
    if (secret === null) return { known: false, because: `${where}, where Helm keeps it, is not there` }
    const manifest = manifestIn(textAt(secret, 'data', 'release') ?? '')
    if (manifest === null) return { known: false, because: `${where} is not of the form that Helm writes` }
    return { known: true, secret: where, lists: ref => manifest.some(one => isSame(one, ref, stored.namespace)) }
  } catch (error) {
    if (error instanceof WritError && error.code === 'cluster/unauthorized') return { known: false, because: `${where}, where Helm keeps it, may not be read (${error.message})` }
    throw error
  }
}

/** Base64 of the API, then of Helm, gzip, JSON; in it YAML. */
function manifestIn(data: string): readonly InventoryRef[] | null {
  try {
    const packed = Buffer.from(Buffer.from(data, 'base64').toString('utf8'), 'base64')
    const text = packed[0] === 0x1f && packed[1] === 0x8b ? gunzipSync(packed, { maxOutputLength: LARGEST }) : packed
    const manifest = textAt(jsonOf(text.toString('utf8')), 'manifest')
    return manifest === undefined ? null : parseAllDocuments(manifest).flatMap(document => objectsIn(plainJson(document.toJS()))).map(refOf)
  } catch {
    return null
  }
}

function jsonOf(text: string): Json {
  const value: unknown = JSON.parse(text)
  return plainJson(value)
}

function objectsIn(value: Json): readonly KubernetesObject[] {
  if (!isObject(value)) return []
  const items = value['items']
  return isList(items) ? items.filter(isObject).filter((one: JsonObject): one is KubernetesObject => isKubernetesObject(one)) : isKubernetesObject(value) ? [value] : []
}

/** What states no namespace went into the release's. */
function isSame(one: InventoryRef, ref: InventoryRef, namespace: string): boolean {
  return one.group === ref.group && one.kind === ref.kind && one.name === ref.name && (ref.namespace === null || (one.namespace ?? namespace) === ref.namespace)
}
