import { isObject, textAt, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'

/** The part of an Application's spec that the stand-in carries out. */
export interface ApplicationSpec {
  readonly repoURL: string
  readonly path: string
  readonly targetRevision: string
  readonly directory: { readonly recurse: boolean, readonly include: string | null, readonly exclude: string | null }
  /** Set where the spec forces one kind of source. */
  readonly forced: 'Directory' | 'Kustomize' | null
  readonly namespace: string
  readonly automated: { readonly prune: boolean, readonly selfHeal: boolean, readonly allowEmpty: boolean } | null
  readonly createNamespace: boolean
  /** As the user wrote them: they are repeated in the status. */
  readonly source: JsonObject
  readonly destination: JsonObject
}

const KNOWN_SOURCE = new Set(['repoURL', 'path', 'targetRevision', 'directory', 'kustomize', 'name'])
const IN_CLUSTER = ['https://kubernetes.default.svc', 'in-cluster']

/** Reads a spec. Throws with the sentence of the condition where the stand-in cannot do what it asks for: it never leaves a part out. */
export function readApplication(app: KubernetesObject): ApplicationSpec {
  const source = objectAt(app, 'spec', 'source')
  if (valueAt(app, 'spec', 'sources') !== undefined || valueAt(app, 'spec', 'sourceHydrator') !== undefined || source === null) {
    throw new Error('the sandbox\'s Argo CD knows Applications with one spec.source only')
  }
  const unknown = Object.keys(source).find(key => !KNOWN_SOURCE.has(key))
  if (unknown !== undefined) throw new Error(`the sandbox's Argo CD does not know spec.source.${unknown}`)
  const override = Object.keys(objectAt(app, 'spec', 'source', 'kustomize') ?? {})[0]
  if (override !== undefined) throw new Error(`the sandbox's Argo CD does not know spec.source.kustomize.${override}`)
  if (valueAt(app, 'spec', 'source', 'directory', 'jsonnet') !== undefined) throw new Error('the sandbox\'s Argo CD does not know spec.source.directory.jsonnet')
  const destination = objectAt(app, 'spec', 'destination') ?? {}
  const cluster = textAt(destination, 'server') ?? textAt(destination, 'name') ?? ''
  if (!IN_CLUSTER.includes(cluster)) throw new Error(`unable to find destination server: there are no clusters with this name: ${cluster}`)
  return {
    repoURL: textAt(source, 'repoURL') ?? '', path: (textAt(source, 'path') ?? '').replace(/^\.\/|\/$/g, ''), targetRevision: textAt(source, 'targetRevision') ?? 'HEAD',
    directory: {
      recurse: valueAt(source, 'directory', 'recurse') === true,
      include: textAt(source, 'directory', 'include') ?? null, exclude: textAt(source, 'directory', 'exclude') ?? null,
    },
    forced: source['directory'] !== undefined ? 'Directory' : source['kustomize'] !== undefined ? 'Kustomize' : null,
    namespace: textAt(destination, 'namespace') ?? '', source, destination, ...readPolicy(app),
  }
}

function readPolicy(app: KubernetesObject): Pick<ApplicationSpec, 'automated' | 'createNamespace'> {
  const automated = objectAt(app, 'spec', 'syncPolicy', 'automated')
  const options = valueAt(app, 'spec', 'syncPolicy', 'syncOptions')
  return {
    automated: automated === null || automated['enabled'] === false
      ? null
      : { prune: automated['prune'] === true, selfHeal: automated['selfHeal'] === true, allowEmpty: automated['allowEmpty'] === true },
    createNamespace: Array.isArray(options) && options.includes('CreateNamespace=true'),
  }
}

function objectAt(app: KubernetesObject, ...keys: readonly string[]): JsonObject | null {
  const found = valueAt(app, ...keys)
  return isObject(found) ? found : null
}
