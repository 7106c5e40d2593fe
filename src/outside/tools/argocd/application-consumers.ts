import { isList, objectsAt, textAt, valueAt } from '../../../model/json.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import type { ConsumerOwner, OwnerSource } from '../../../model/owner.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { plainPath } from '../../../model/plain-path.ts'
import { applicationSpec, sourceOf } from './application-spec.ts'
import { applicationRef } from './applications.ts'
import { destinationCluster, destinationName } from './argo-hubs.ts'
import type { ArgoHub } from './argo-hubs.ts'

/** The places in Git that an Application deploys from: one for each source, and the folders of value files that a source refers to. */
export function applicationConsumers(hub: ArgoHub, app: KubernetesObject): readonly ConsumerOwner[] {
  const spec = applicationSpec(app)
  const shared = {
    ref: applicationRef(hub.cluster, app),
    render: spec.render,
    // A destination that writ.yaml does not name keeps its own name: no environment covers it, so it counts as prod.
    destination: { cluster: destinationCluster(hub, app) ?? destinationName(app), namespace: textAt(app, 'spec', 'destination', 'namespace') || null },
    namespaces: [...new Set(objectsAt(app, 'status', 'resources').map(entry => textAt(entry, 'namespace') ?? ''))],
  }
  const sources = objectsAt(app, 'spec', 'sources')
  if (sources.length > 0) return places(sources).map(source => ({ ...shared, source, unsupported: 'spec.sources' }))
  const dry = valueAt(app, 'spec', 'sourceHydrator', 'drySource')
  if (dry !== undefined) return [{ ...shared, source: sourceOf(dry), unsupported: 'spec.sourceHydrator' }]
  if (spec.source.url === '' || textAt(app, 'spec', 'source', 'chart')) return []
  return [{ ...shared, source: spec.source, unsupported: spec.obstacle?.path ?? null }]
}

function places(sources: readonly JsonObject[]): readonly OwnerSource[] {
  return sources.flatMap(source => {
    if (textAt(source, 'chart')) return []
    const reference = textAt(source, 'ref')
    if (reference === undefined || textAt(source, 'path')) return [sourceOf(source)]
    return valueFolders(sources, reference).map(path => ({ ...sourceOf(source), path }))
  })
}

/** The folders of `$ref/…` value files in all sources. */
function valueFolders(sources: readonly JsonObject[], reference: string): readonly string[] {
  const files = sources.flatMap(source => [...texts(valueAt(source, 'helm', 'valueFiles')), ...objectsAt(source, 'helm', 'fileParameters').map(one => textAt(one, 'path') ?? '')])
  const inside = files.filter(file => file.startsWith(`$${reference}/`)).map(file => plainPath(file.slice(reference.length + 2).split('/').slice(0, -1).join('/')))
  return [...new Set(inside)]
}

function texts(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter(item => typeof item === 'string') : []
}
