import { z } from 'zod'
import { WritError } from '../../model/error.ts'
import type { Json } from '../../model/json.ts'
import { answerError } from './api-error.ts'
import type { Connection } from './connection.ts'

/** A resource as the API server offers it. Order in the list is the server's order of preference. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly namespaced: boolean
}

/** What a server offers, and the groups that it could not speak for just now. */
export interface Discovery { readonly resources: readonly Resource[], readonly unknownGroups: readonly string[] }

const AGGREGATED = ['v2', 'v2beta1'].map(version => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`).join(',')

const GroupList = z.object({
  kind: z.literal('APIGroupDiscoveryList'),
  items: z.array(z.object({
    metadata: z.object({ name: z.string().default('') }).default({ name: '' }),
    versions: z.array(z.object({
      version: z.string(),
      freshness: z.string().default('Current'),
      resources: z.array(z.object({
        resource: z.string(),
        responseKind: z.object({ kind: z.string() }).nullish(),
        scope: z.string(),
        singularResource: z.string().default(''),
        shortNames: z.array(z.string()).default([]),
      })).default([]),
    })).default([]),
  })).default([]),
})

const Versions = z.object({ versions: z.array(z.string()) })
const Groups = z.object({ groups: z.array(z.object({ name: z.string(), versions: z.array(z.object({ version: z.string() })), preferredVersion: z.object({ version: z.string() }).optional() })) })
const ResourceList = z.object({ resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean(), singularName: z.string().default(''), shortNames: z.array(z.string()).default([]) })).nullish() })

/** Everything that a server offers: aggregated discovery in two requests, or the older way group by group. */
export async function discover(connection: Connection): Promise<Discovery> {
  const [core, groups] = await Promise.all([read(connection, '/api', AGGREGATED), read(connection, '/apis', AGGREGATED)])
  const lists = [GroupList.safeParse(core), GroupList.safeParse(groups)]
  const parts = await Promise.all([
    lists[0]?.success === true ? aggregated(lists[0].data) : legacyCore(connection, core),
    lists[1]?.success === true ? aggregated(lists[1].data) : legacyGroups(connection, groups),
  ])
  return { resources: parts.flatMap(part => part.resources), unknownGroups: parts.flatMap(part => part.unknownGroups) }
}

function aggregated(list: z.infer<typeof GroupList>): Discovery {
  const stale = list.items.filter(group => group.versions.some(version => version.freshness === 'Stale' && version.resources.length === 0))
  const resources = list.items.flatMap(group => group.versions.flatMap(version => version.resources.map(one => ({
    group: group.metadata.name, version: version.version, kind: one.responseKind?.kind ?? '', plural: one.resource,
    singular: one.singularResource, shortNames: one.shortNames, namespaced: one.scope === 'Namespaced',
  }))))
  return { resources: resources.filter(one => one.kind !== ''), unknownGroups: stale.map(group => group.metadata.name) }
}

async function legacyCore(connection: Connection, body: Json): Promise<Discovery> {
  const { versions } = shaped(Versions, body, connection.cluster)
  const lists = await Promise.all(versions.map(version => legacyVersion(connection, { group: '', version })))
  return together(lists)
}

async function legacyGroups(connection: Connection, body: Json): Promise<Discovery> {
  const { groups } = shaped(Groups, body, connection.cluster)
  const wanted = groups.flatMap(group => {
    const preferred = group.preferredVersion?.version
    const versions = group.versions.map(one => one.version)
    const ordered = preferred === undefined ? versions : [preferred, ...versions.filter(version => version !== preferred)]
    return ordered.map(version => ({ group: group.name, version }))
  })
  return together(await Promise.all(wanted.map(one => legacyVersion(connection, one))))
}

async function legacyVersion(connection: Connection, of: { readonly group: string, readonly version: string }): Promise<Discovery> {
  const path = of.group === '' ? `/api/${of.version}` : `/apis/${of.group}/${of.version}`
  try {
    const list = shaped(ResourceList, await read(connection, path), connection.cluster)
    const resources = (list.resources ?? []).filter(one => !one.name.includes('/')).map(one => ({
      ...of, kind: one.kind, plural: one.name, singular: one.singularName || one.kind.toLowerCase(), shortNames: one.shortNames, namespaced: one.namespaced,
    }))
    return { resources, unknownGroups: [] }
  } catch (error) {
    // One aggregated API that is down must not hide all others; who asks for this group is told.
    if (error instanceof WritError && (error.code === 'cluster/failed' || error.code === 'cluster/not-found')) return { resources: [], unknownGroups: [of.group] }
    throw error
  }
}

function together(parts: readonly Discovery[]): Discovery {
  return { resources: parts.flatMap(part => part.resources), unknownGroups: [...new Set(parts.flatMap(part => part.unknownGroups))] }
}

async function read(connection: Connection, path: string, accept?: string): Promise<Json> {
  const answer = await connection.send({ what: `discover ${path}`, path, accept: accept === undefined ? 'application/json' : `${accept},application/json` })
  if (answer.status !== 200) throw answerError(connection.cluster, `discover ${path}`, answer)
  return answer.body
}

function shaped<T>(schema: z.ZodType<T>, body: Json, cluster: string): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new WritError('cluster/failed', `Cluster ${cluster} does not answer as a Kubernetes API server does.`, { hint: 'Check the server address of the context.' })
}
