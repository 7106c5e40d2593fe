import { isList, objectsAt, textAt, valueAt } from '../../../model/json.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import { sourceOf } from '../../../model/application-source.ts'
import type { ConsumerOwner, OwnerSource, RenderRules } from '../../../model/owner.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { plainPath } from '../../../model/plain-path.ts'
import { applicationSpec } from './application-spec.ts'
import { applicationRef } from './applications.ts'
import { destinationCluster, destinationName } from './argo-hubs.ts'
import type { ArgoHub } from './argo-hubs.ts'
import type { ArgoSettings } from './argo-settings.ts'
import { controlPlaneOf } from './tracking-id.ts'

/** The places in Git that an Application deploys from: one for each source, and the folders of value files that a source refers to. */
export function applicationConsumers(hub: ArgoHub, app: KubernetesObject, settings: Pick<ArgoSettings, 'loadRestrictor' | 'obstacle'>): readonly ConsumerOwner[] {
  const spec = applicationSpec(app, [controlPlaneOf(app, hub.namespace)])
  const shared = {
    ref: applicationRef(hub.cluster, app),
    // A destination that writ.yaml does not name keeps its own name: no environment covers it, so it counts as prod.
    destination: { cluster: destinationCluster(hub, app) ?? destinationName(app), namespace: textAt(app, 'spec', 'destination', 'namespace') || null },
    namespaces: [...new Set(objectsAt(app, 'status', 'resources').map(entry => textAt(entry, 'namespace') ?? ''))],
  }
  const rendered = spec.sources.filter(({ source, raw }) => source.url !== '' && !textAt(raw, 'chart'))
    .map(one => ({ ...shared, source: one.source, render: { ...one.render, loadRestrictor: settings.loadRestrictor }, unsupported: (one.obstacle ?? spec.obstacle ?? settings.obstacle(one.render.kustomize?.version))?.path ?? null }))
  const referred = valuePlaces(objectsAt(app, 'spec', 'sources')).map(source => ({ ...shared, source, render: AS_IT_STANDS, unsupported: 'spec.sources' }))
  return [...rendered, ...referred]
}

const AS_IT_STANDS: RenderRules = { format: 'auto', loadRestrictor: 'none', directory: { recurse: false } }

/** Where the value files of other sources lie. */
function valuePlaces(sources: readonly JsonObject[]): readonly OwnerSource[] {
  return sources.flatMap(source => {
    const reference = textAt(source, 'ref')
    return reference === undefined || textAt(source, 'path') || textAt(source, 'chart') ? [] : valueFolders(sources, reference).map(path => ({ ...sourceOf(source), path }))
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
