import { textAt } from '../../../model/json.ts'
import type { KubernetesObject, ObjectRef } from '../../../model/resource.ts'

/** Which instance an object says it belongs to. */
export const TRACKING_ID = 'argocd.argoproj.io/tracking-id'

/** A tracking id taken apart: `<instance>:<group>/<Kind>:<namespace>/<name>`. */
export interface TrackingId { readonly instance: string, readonly group: string, readonly kind: string, readonly namespace: string, readonly name: string }

/** Null where the text is no tracking id (argocd-flux.md 1.1). */
export function parseTrackingId(text: string): TrackingId | null {
  const first = text.indexOf(':')
  const second = text.indexOf(':', first + 1)
  if (first <= 0 || second < 0) return null
  const kind = text.slice(first + 1, second).split('/')
  const name = text.slice(second + 1).split('/')
  const [group, kindName] = kind
  const [namespace, objectName] = name
  if (kind.length !== 2 || name.length !== 2 || group === undefined || namespace === undefined || !kindName || !objectName) return null
  return { instance: text.slice(0, first), group, kind: kindName, namespace, name: objectName }
}

/** True where the id names this very object; else it was copied, and Argo CD ignores it. Cluster-scoped objects carry a namespace that means nothing. */
export function namesItself(id: TrackingId, ref: Pick<ObjectRef, 'group' | 'kind' | 'namespace' | 'name'>): boolean {
  return id.group === ref.group && id.kind === ref.kind && id.name === ref.name && (ref.namespace === null || id.namespace === ref.namespace)
}

/** The Application that an instance name means: `name` in the control-plane namespace, `namespace_name` elsewhere. */
export function applicationOf(instance: string, controlPlane: string): { readonly namespace: string, readonly name: string } {
  const split = instance.indexOf('_')
  return split < 0 ? { namespace: controlPlane, name: instance } : { namespace: instance.slice(0, split), name: instance.slice(split + 1) }
}

/** The instance name under which Argo CD knows an Application: its own name beside its controller, `namespace_name` elsewhere. */
export function instanceOf(app: KubernetesObject, configured: string): string {
  const [namespace, name] = [textAt(app, 'metadata', 'namespace') ?? '', textAt(app, 'metadata', 'name') ?? '']
  return namespace === controlPlaneOf(app, configured) ? name : `${namespace}_${name}`
}

/** The namespace of the controller that an Application belongs to. */
export function controlPlaneOf(app: KubernetesObject, configured: string): string {
  return textAt(app, 'status', 'controllerNamespace') ?? configured
}
