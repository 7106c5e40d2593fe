import type { KindReader, Steering } from '../../../flow/ports.ts'
import { markedOwners } from '../marked-owners.ts'
import { ARGO_GROUP, applicationRef } from './applications.ts'
import { argoHubs } from './argo-hubs.ts'
import type { ArgocdOptions } from './argocd-tool.ts'
import { lookApplication } from './look-application.ts'

/** Applications, for those who sync, pause and resume them. */
export function argocdSteering({ clusters, config, kinds, now = Date.now }: Pick<ArgocdOptions, 'clusters' | 'config' | 'now'> & { readonly kinds: KindReader }): Steering {
  const hubs = argoHubs(config)
  return {
    tool: 'argocd',
    look: ref => lookApplication({ hub: hubs.find(hub => hub.cluster === ref.cluster) ?? { cluster: ref.cluster, namespace: 'argocd', members: [] }, now: now() }, clusters.named(ref.cluster), ref),
    hubs: cluster => hubs.filter(hub => hub.cluster !== cluster && hub.members.some(member => member.cluster === cluster)).map(hub => hub.cluster),
    paused: async () => (await Promise.all(hubs.map(({ cluster, namespace }) => markedOwners({
      cluster: clusters.named(cluster), kinds, group: ARGO_GROUP, kind: 'Application', namespace, ref: app => applicationRef(cluster, app),
    })))).flat(),
  }
}
