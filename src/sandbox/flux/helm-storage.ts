import { gunzipSync, gzipSync } from 'node:zlib'
import { isObject, textAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isKubernetesObject } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Api } from '../api.ts'

/** One revision of a release. `deployed` in its row of the history. */
export interface Stored { readonly name: string, readonly namespace: string, readonly version: number, readonly config: JsonObject, readonly chart: { readonly name: string, readonly version: string }, readonly objects: readonly KubernetesObject[] }

/** Writes a revision as Helm does: a Secret that holds base64 of gzipped JSON. */
export async function storeRelease(api: Api, stored: Stored, status: string): Promise<void> {
  const release = {
    name: stored.name, namespace: stored.namespace, version: stored.version, config: stored.config, info: { status },
    chart: { metadata: { ...stored.chart } }, manifest: stored.objects.map(object => `---\n${JSON.stringify(object)}\n`).join(''),
  }
  const packed = gzipSync(JSON.stringify(release)).toString('base64')
  await api.apply({
    apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1', metadata: { name: secretName(stored), namespace: stored.namespace, labels: { owner: 'helm', name: stored.name, status, version: String(stored.version) } },
    data: { release: Buffer.from(packed).toString('base64') },
  }, 'helm-controller')
}

/** Reads a revision back; null where it is not there. */
export async function storedRelease(api: Api, of: Pick<Stored, 'name' | 'namespace' | 'version'>): Promise<Stored | null> {
  const secret = await api.get({ group: '', version: 'v1', kind: 'Secret', namespace: of.namespace, name: secretName(of) })
  const text = textAt(secret ?? {}, 'data', 'release')
  if (text === undefined) return null
  const release: Json = JSON.parse(gunzipSync(Buffer.from(Buffer.from(text, 'base64').toString('utf8'), 'base64')).toString('utf8'))
  const config = isObject(release) ? release['config'] : undefined
  return {
    ...of, config: isObject(config) ? config : {}, chart: { name: textAt(release, 'chart', 'metadata', 'name') ?? '', version: textAt(release, 'chart', 'metadata', 'version') ?? '' },
    objects: (textAt(release, 'manifest') ?? '').split('---\n').filter(line => line.trim() !== '').map((line): Json => JSON.parse(line)).filter(isKubernetesObject),
  }
}

function secretName(of: Pick<Stored, 'name' | 'version'>): string {
  return `sh.helm.release.v1.${of.name}.v${of.version}`
}
