import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join, normalize } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { isObject, objectsAt, textAt, valueAt } from '../../../src/model/json.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { nameOf } from '../../../src/sandbox/api.ts'
import { gitSources } from '../../../src/sandbox/git-sources.ts'
import type { GitSources } from '../../../src/sandbox/git-sources.ts'
import { startLoop } from '../../../src/sandbox/loop.ts'
import type { Connection } from './connection.ts'

const run = promisify(execFile)
const GROUP = { group: 'source.toolkit.fluxcd.io', version: 'v1' }
const RETRY = 5000
const REQUESTED = 'reconcile.fluxcd.io/requestedAt'

interface Sources { readonly cluster: Connection, readonly folder: string, readonly url: string, readonly git: GitSources, readonly looked: Map<string, Looked> }
interface Looked { generation: number, requested: string | undefined, at: number, source: string }

/**
 * Stands in for Flux' source-controller, which cannot be built as a module: packs branches of GitRepositories and charts
 * of HelmCharts, serves them, and writes the status that kustomize-controller and helm-controller go by (testing.md 10).
 */
export async function startSources(start: { readonly cluster: Connection, readonly folder: string }): Promise<{ stop(): Promise<void> }> {
  await mkdir(start.folder, { recursive: true })
  const storage = join(start.folder, 'storage')
  const server = createServer((request, response) => {
    const file = join(storage, normalize(decodeURIComponent(request.url ?? '/')))
    if (!existsSync(file)) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    createReadStream(file).pipe(response)
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const sources: Sources = { cluster: start.cluster, folder: storage, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, git: gitSources(join(start.folder, 'git')), looked: new Map() }
  const loops = [
    startLoop({ interval: 200, list: () => start.cluster.api.list({ ...GROUP, kind: 'GitRepository' }), reconcile: object => repository(sources, object) }),
    startLoop({ interval: 200, list: () => start.cluster.api.list({ ...GROUP, kind: 'HelmChart' }), reconcile: object => chart(sources, object) }),
  ]
  return {
    stop: async () => {
      for (const loop of loops) await loop.stop()
      server.close()
      server.closeAllConnections()
    },
  }
}

async function repository(sources: Sources, object: KubernetesObject): Promise<void> {
  if (valueAt(object, 'spec', 'suspend') === true || !due(sources, object, '')) return
  try {
    const ref = ['commit', 'name', 'tag', 'branch'].map(key => ({ key, value: textAt(object, 'spec', 'ref', key) })).find(one => one.value !== undefined)
    if (textAt(object, 'spec', 'ref', 'semver') !== undefined) throw new Error('this stand-in does not know spec.ref.semver')
    const wanted = ref?.value ?? 'master'
    const url = textAt(object, 'spec', 'url') ?? ''
    const commit = await sources.git.resolve(url, wanted)
    const revision = `${ref?.key === 'commit' ? '' : `${wanted}@`}sha1:${commit}`
    const { folder } = await sources.git.checkout(url, commit)
    await ready(sources, object, { revision, pack: file => tar(file, folder, '.'), name: `${commit}.tar.gz`, more: {} })
  } catch (error) {
    await failed(sources, object, { reason: 'GitOperationFailed', message: `failed to checkout and determine revision: ${words(error)}` })
  }
}

async function chart(sources: Sources, object: KubernetesObject): Promise<void> {
  const namespace = textAt(object, 'metadata', 'namespace') ?? ''
  if (valueAt(object, 'spec', 'suspend') === true) return
  const reference = valueAt(object, 'spec', 'sourceRef')
  try {
    if (textAt(reference, 'kind') !== 'GitRepository' || valueAt(object, 'spec', 'valuesFiles') !== undefined) throw new Error('this stand-in knows charts of a GitRepository without valuesFiles only')
    const source = await sources.cluster.api.get({ ...GROUP, kind: 'GitRepository', namespace, name: textAt(reference, 'name') ?? '' })
    const revision = textAt(source ?? undefined, 'status', 'artifact', 'revision')
    if (source === null || revision === undefined || !due(sources, object, revision)) return
    const commit = revision.slice(-40)
    const { folder } = await sources.git.checkout(textAt(source, 'spec', 'url') ?? '', commit)
    const path = join(folder, textAt(object, 'spec', 'chart') ?? '')
    const about: Json = parse(await readFile(join(path, 'Chart.yaml'), 'utf8')) as Json
    const [name, version] = [textAt(about, 'name') ?? '', String(valueAt(about, 'version'))]
    const exact = textAt(object, 'spec', 'reconcileStrategy') === 'Revision' ? `${version}+${commit.slice(0, 12)}` : version
    await ready(sources, object, {
      revision: exact, pack: file => tar(file, path, '.', `--transform=s,^\\.,${name},`), name: `${name}-${exact}-${commit.slice(0, 12)}.tgz`,
      more: { observedChartName: name, observedSourceArtifactRevision: revision },
    })
  } catch (error) {
    await failed(sources, object, { reason: 'ChartPullError', message: words(error) })
  }
}

/** True where the spec, the source or a request is new, or the interval is over. */
function due(sources: Sources, object: KubernetesObject, source: string): boolean {
  const now: Looked = { generation: Number(object.metadata['generation']), requested: textAt(object, 'metadata', 'annotations', REQUESTED), at: Date.now(), source }
  const uid = textAt(object, 'metadata', 'uid') ?? ''
  const before = sources.looked.get(uid)
  const same = before !== undefined && before.generation === now.generation && before.requested === now.requested && before.source === source
  if (same && now.at - before.at < interval(textAt(object, 'spec', 'interval'))) return false
  sources.looked.set(uid, now)
  return true
}

function interval(text: string | undefined): number {
  const [, number = '1', unit = 'm'] = /^(\d+)([smh])/.exec(text ?? '') ?? []
  return Number(number) * ({ s: 1000, m: 60_000, h: 3_600_000 }[unit] ?? 60_000)
}

interface Stored { readonly revision: string, readonly name: string, pack(file: string): Promise<void>, readonly more: JsonObject }

async function ready(sources: Sources, object: KubernetesObject, of: Stored): Promise<void> {
  const { kind, namespace, name } = nameOf(object)
  const path = `${kind.toLowerCase()}/${namespace ?? ''}/${name}/${of.name}`
  const file = join(sources.folder, path)
  await mkdir(dirname(file), { recursive: true })
  if (!existsSync(file)) await of.pack(file)
  const old = valueAt(object, 'status', 'artifact')
  const same = textAt(old, 'revision') === of.revision && (kind === 'GitRepository' || textAt(old, 'path') === path || !of.revision.includes('+'))
  const digest = `sha256:${createHash('sha256').update(await readFile(file)).digest('hex')}`
  // A chart whose version stays keeps its artifact: that is what ChartVersion means.
  const artifact = same && isObject(old) ? old : { path, url: `${sources.url}/${path}`, revision: of.revision, digest, size: (await stat(file)).size, lastUpdateTime: timestamp() }
  const message = kind === 'GitRepository' ? `stored artifact for revision '${of.revision}'` : `packaged '${name}' chart with version '${of.revision}'`
  await write(sources, object, {
    ...of.more, artifact, ...(kind === 'HelmChart' ? { url: textAt(artifact, 'url') ?? '' } : {}),
    conditions: [
      condition(object, { type: 'Ready', status: 'True', reason: kind === 'GitRepository' ? 'Succeeded' : 'ChartPackageSucceeded', message }),
      condition(object, { type: 'ArtifactInStorage', status: 'True', reason: 'Succeeded', message })],
  })
}

async function failed(sources: Sources, object: KubernetesObject, why: { readonly reason: string, readonly message: string }): Promise<void> {
  const looked = sources.looked.get(textAt(object, 'metadata', 'uid') ?? '')
  if (looked !== undefined) looked.at = Date.now() - interval(textAt(object, 'spec', 'interval')) + RETRY
  await write(sources, object, {
    conditions: [
      condition(object, { type: 'Ready', status: 'False', ...why }), condition(object, { type: 'FetchFailed', status: 'True', ...why }),
      ...objectsAt(object, 'status', 'conditions').filter(one => textAt(one, 'type') === 'ArtifactInStorage')],
  })
}

async function write(sources: Sources, object: KubernetesObject, status: JsonObject): Promise<void> {
  const requested = textAt(object, 'metadata', 'annotations', REQUESTED)
  await sources.cluster.api.patch(nameOf(object), {
    status: { observedGeneration: Number(object.metadata['generation']), ...(requested === undefined ? {} : { lastHandledReconcileAt: requested }), ...status },
  }, { manager: 'source-controller', status: true })
}

function condition(object: KubernetesObject, of: { readonly type: string, readonly status: string, readonly reason: string, readonly message: string }): JsonObject {
  const old = objectsAt(object, 'status', 'conditions').find(one => textAt(one, 'type') === of.type && textAt(one, 'status') === of.status)
  return { ...of, observedGeneration: Number(object.metadata['generation']), lastTransitionTime: textAt(old, 'lastTransitionTime') ?? timestamp() }
}

async function tar(file: string, folder: string, ...what: readonly string[]): Promise<void> {
  await run('tar', ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--exclude=.git', ...what.slice(1), '-czf', file, '-C', folder, what[0] ?? '.'])
}

function timestamp(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z')
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
