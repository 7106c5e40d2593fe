import { WritError } from '../../model/error.ts'
import { isList, isObject, textAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { apiVersionOf, isKubernetesObject } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Cluster, ServedKind } from '../../flow/ports.ts'
import { answerError, isTooLarge } from './api-error.ts'
import type { Answer } from './api-error.ts'
import type { ApiRequest, Connection } from './connection.ts'
import { discover } from './discovery.ts'
import type { Discovery, Resource } from './discovery.ts'
import { findKind } from './find-kind.ts'
import { watchObject } from './watch-object.ts'

/** Who Writ is in `managedFields`: never a name that begins with kubectl, which Flux would strip (argocd-flux.md 3). */
export const FIELD_MANAGER = 'writ'
const PAGE = 500
/** After this time a kind that was not there is looked for again. */
const DISCOVERY_LIFE = 5000

/** The port `Cluster` over one connection. Discovery is read once, and again where a kind is missing from it. */
export function kubernetesCluster(connection: Connection, defaultNamespace: string): Cluster {
  let discovery: { readonly value: Promise<Discovery>, readonly at: number } | null = null

  function discovered(renew: boolean): Promise<Discovery> {
    if (discovery === null || (renew && Date.now() - discovery.at > DISCOVERY_LIFE)) {
      const value = discover(connection)
      discovery = { value, at: Date.now() }
      value.catch(() => { discovery = null })
    }
    return discovery.value
  }

  async function resolve(type: string): Promise<ServedKind> {
    try {
      return servedKind(findKind(await discovered(false), type))
    } catch (error) {
      if (!(error instanceof WritError) || error.code !== 'cluster/unknown-kind') throw error
      return servedKind(findKind(await discovered(true), type))
    }
  }

  async function served(group: string, kind: string): Promise<ServedKind | null> {
    const find = (from: Discovery): Resource | undefined => from.resources.find(one => one.group === group && one.kind === kind)
    const found = find(await discovered(false)) ?? find(await discovered(true))
    if (found !== undefined) return servedKind(found)
    // A group that is down is not a group that is absent.
    if ((await discovered(false)).unknownGroups.includes(group)) {
      throw new WritError('cluster/failed', `Cluster ${connection.cluster} cannot say now what the API group ${group} serves.`, { retry: true })
    }
    return null
  }

  async function get(kind: ServedKind, namespace: string | null, name: string): Promise<KubernetesObject | null> {
    const what = `get ${kind.plural} ${namespace === null ? '' : `${namespace}/`}${name}`
    const answer = await connection.send({ what, path: pathOf(kind, namespace, name) })
    if (answer.status === 404) return null
    if (answer.status !== 200 || !isKubernetesObject(answer.body)) throw answerError(connection.cluster, what, answer)
    return answer.body
  }

  async function annotate(...[kind, namespace, name, annotations]: Parameters<Cluster['annotate']>): Promise<void> {
    const what = `annotate ${kind.plural} ${namespace === null ? '' : `${namespace}/`}${name}`
    const path = `${pathOf(kind, namespace, name)}?fieldManager=${FIELD_MANAGER}`
    const answer = await connection.send({ what, path, patch: { metadata: { annotations } } })
    if (answer.status !== 200) throw answerError(connection.cluster, what, answer)
  }

  async function replace(kind: ServedKind, object: KubernetesObject): Promise<void> {
    const [namespace, name] = [textAt(object, 'metadata', 'namespace') ?? null, textAt(object, 'metadata', 'name') ?? '']
    const what = `replace ${kind.plural} ${namespace === null ? '' : `${namespace}/`}${name}`
    const answer = await connection.send({ what, path: `${pathOf(kind, namespace, name)}?fieldManager=${FIELD_MANAGER}`, replacement: object })
    if (answer.status !== 200) throw answerError(connection.cluster, what, answer)
  }

  return {
    name: connection.cluster, defaultNamespace, resolve, served, get, annotate, replace,
    list: (kind, namespace, labels) => list(connection, { kind, namespace, labels }),
    watch: (...[kind, namespace, name, changed]) => watchObject(connection, { path: pathOf(kind, namespace), name }, changed),
  }
}

interface ListOf { readonly kind: ServedKind, readonly namespace: string | null, readonly labels?: string | undefined, readonly accept?: string }

/** Every page in one list. */
async function list(connection: Connection, of: ListOf): Promise<readonly KubernetesObject[]> {
  let items: KubernetesObject[] = []
  await listPages(connection, of, { begin: () => { items = [] }, page: objects => { items.push(...objects) } })
  return items
}

/** What a list is handed to, page by page. `begin`: what was handed over before is void. */
export interface PageTaker { begin(): void, page(objects: readonly KubernetesObject[]): void }

/**
 * Page by page; gives the version of the whole. A continue token that expired on the way begins the list again, in one page; a page that is too large is asked
 * for in parts (Applications may hold megabytes each).
 */
export async function listPages(connection: Connection, of: ListOf, take: PageTaker): Promise<string> {
  const what = `list ${of.kind.plural}${of.namespace === null ? '' : ` in ${of.namespace}`}`
  let limit = PAGE
  let token = ''
  let whole = false
  take.begin()
  for (;;) {
    const query = new URLSearchParams({ ...whole ? {} : { limit: String(limit) }, ...token === '' ? {} : { continue: token }, ...(of.labels === undefined ? {} : { labelSelector: of.labels }) })
    const answer = await pageOf(connection, { what, path: `${pathOf(of.kind, of.namespace)}?${query.toString()}`, ...of.accept === undefined ? {} : { accept: of.accept } }, !whole && limit > 1)
    if (answer === 'too large') {
      limit = Math.max(1, Math.floor(limit / 10))
      continue
    }
    if (answer.status === 410 && token !== '') {
      take.begin()
      token = ''
      whole = true
      continue
    }
    if (answer.status !== 200) throw answerError(connection.cluster, what, answer)
    take.page(itemsOf(answer.body, of.kind))
    token = isObject(answer.body) ? textAt(answer.body, 'metadata', 'continue') ?? '' : ''
    if (token === '') return isObject(answer.body) ? textAt(answer.body, 'metadata', 'resourceVersion') ?? '' : ''
  }
}

async function pageOf(connection: Connection, request: Pick<ApiRequest, 'what' | 'path' | 'accept'>, maySplit: boolean): Promise<Answer | 'too large'> {
  try {
    return await connection.send(request)
  } catch (error) {
    if (maySplit && isTooLarge(error)) return 'too large'
    throw error
  }
}

/** Items of a list carry neither apiVersion nor kind. */
function itemsOf(body: Json, kind: ServedKind): readonly KubernetesObject[] {
  const items = isObject(body) ? body['items'] : undefined
  if (!isList(items)) return []
  return items.filter(isObject).map(item => ({ ...item, apiVersion: apiVersionOf(kind), kind: kind.kind })).filter(isKubernetesObject)
}

/** The path of a kind, or of one object of it. */
export function pathOf(kind: ServedKind, namespace: string | null, name?: string): string {
  for (const segment of [namespace, name]) if (typeof segment === 'string') checkSegment(segment)
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`
  const scope = kind.namespaced && namespace !== null ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  if (name !== undefined && kind.namespaced && namespace === null) throw new WritError('internal/bug', `A ${kind.kind} was asked for without a namespace.`)
  return `${root}${scope}/${kind.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}

/** A name that would not stay one segment of a path names no object (the API server's own rule for all names). */
function checkSegment(name: string): void {
  if (name !== '' && name !== '.' && name !== '..' && !/[/%]/.test(name)) return
  throw new WritError('usage/bad-argument', `'${name.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 80)}' is not the name of an object or namespace.`)
}

function servedKind({ group, version, kind, plural, namespaced }: Resource): ServedKind {
  return { group, version, kind, plural, namespaced }
}
