import type { Cluster } from '../../flow/ports.ts'
import { WritError } from '../../model/error.ts'
import { objectsAt, textAt, valueAt } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Context, Setup } from './setup.ts'

/** What one context told. `error` stands where its API server did not answer. */
export interface Finding {
  readonly name: string
  readonly context: string
  readonly current: boolean
  readonly server: string | null
  readonly error: string | null
  /** Other contexts of the same API server. */
  readonly alsoKnownAs: readonly string[]
  readonly argocd: { readonly context: string | null, readonly namespace: string, readonly destinations: readonly string[] } | null
  readonly flux: { readonly context: string | null } | null
  readonly owners: number
  readonly repositories: readonly string[]
  readonly namespaces: readonly string[]
}

/** Local names of the cluster that Argo CD itself runs in. */
const IN_CLUSTER = ['https://kubernetes.default.svc', 'in-cluster']

/** Looks at every context at once; one that does not answer stops no other. */
export async function findings(setup: Setup, options: { readonly contexts: readonly Context[], readonly progress: (line: string) => void }): Promise<readonly Finding[]> {
  const distinct = withoutTwins(options.contexts)
  const named = nameThem(distinct)
  const looked = await Promise.all(named.map(async one => {
    options.progress(`looking at ${one.context}`)
    try {
      return await look(one, await setup.cluster(one.context, one.name))
    } catch (error) {
      if (!(error instanceof WritError)) throw error
      return { finding: { ...one, error: error.message }, applications: [] }
    }
  }))
  return looked.map(({ finding }) => withRemoteArgo(finding, looked))
}

interface Looked { readonly finding: Finding, readonly applications: readonly KubernetesObject[] }

function withoutTwins(contexts: readonly Context[]): readonly { readonly context: Context, readonly twins: readonly string[] }[] {
  const ordered = [...contexts].sort((a, b) => Number(b.current) - Number(a.current))
  return ordered.filter((context, i) => context.server === null || ordered.findIndex(other => other.server === context.server) === i)
    .map(context => ({ context, twins: ordered.filter(other => other !== context && other.server !== null && other.server === context.server).map(other => other.name) }))
}

/** Contexts are often called `user@cluster` or `arn:…:cluster/name`; the last part says most. Names stay unique. */
function nameThem(contexts: ReturnType<typeof withoutTwins>): readonly Finding[] {
  const taken = new Set<string>()
  return contexts.map(({ context, twins }) => {
    const short = (/[^@/:]+$/.exec(context.name)?.[0] ?? context.name).replaceAll(/[^A-Za-z0-9._-]/g, '-')
    const name = taken.has(short) ? context.name : short
    taken.add(name)
    return { name, context: context.name, current: context.current, server: context.server, error: null, alsoKnownAs: twins, argocd: null, flux: null, owners: 0, repositories: [], namespaces: [] }
  })
}

async function look(finding: Finding, cluster: Cluster): Promise<Looked> {
  const namespaces = (await all(cluster, '', 'Namespace')).map(object => textAt(object, 'metadata', 'name') ?? '')
  const applications = await all(cluster, 'argoproj.io', 'Application')
  const kustomizations = await all(cluster, 'kustomize.toolkit.fluxcd.io', 'Kustomization')
  const sources = await all(cluster, 'source.toolkit.fluxcd.io', 'GitRepository')
  const urls = [...applications.flatMap(sourcesOf), ...sources.flatMap(object => textAt(object, 'spec', 'url') ?? [])]
  const argoNamespace = textAt(applications[0] ?? null, 'metadata', 'namespace') ?? (namespaces.includes('argocd') ? 'argocd' : null)
  return {
    applications,
    finding: {
      ...finding, namespaces: namespaces.filter(name => name !== '').sort(), owners: applications.length + kustomizations.length,
      repositories: [...new Set(urls)],
      argocd: applications.length > 0 && argoNamespace !== null ? { context: null, namespace: argoNamespace, destinations: IN_CLUSTER } : null,
      flux: kustomizations.length > 0 ? { context: null } : null,
    },
  }
}

/** An Argo CD on another cluster that deploys to this one by its server URL. */
function withRemoteArgo(finding: Finding, all_: readonly Looked[]): Finding {
  if (finding.error !== null || finding.argocd !== null || finding.server === null) return finding
  const { server } = finding
  const hub = all_.find(({ applications }) => applications.some(application => textAt(application, 'spec', 'destination', 'server') === server))
  const namespace = hub?.finding.argocd?.namespace
  return hub === undefined || namespace === undefined ? finding : { ...finding, argocd: { context: hub.finding.context, namespace, destinations: [server] } }
}

/** Git sources only: what is a chart of a registry has no repository to write to. */
function sourcesOf(application: KubernetesObject): readonly string[] {
  const single = valueAt(application, 'spec', 'source')
  const sources = [...single === undefined ? [] : [single], ...objectsAt(application, 'spec', 'sources')]
  return sources.filter(source => textAt(source, 'chart') === undefined).flatMap(source => textAt(source, 'repoURL') ?? []).filter(url => !url.startsWith('oci://'))
}

async function all(cluster: Cluster, group: string, kind: string): Promise<readonly KubernetesObject[]> {
  const served = await cluster.served(group, kind)
  return served === null ? [] : cluster.list(served, null)
}
