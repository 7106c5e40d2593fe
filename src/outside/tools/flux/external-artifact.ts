import type { Cluster } from '../../../flow/ports.ts'
import type { Evidence } from '../../../model/error.ts'
import { objectsAt, textAt } from '../../../model/json.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { readWhereAllowed } from './around.ts'
import { SOURCE_GROUP } from './flux-kinds.ts'

const GENERATOR_GROUP = 'source.extensions.fluxcd.io'

/**
 * What an ArtifactGenerator builds an ExternalArtifact from (argocd-flux.md 2): the copies that make it, and where the copied files stand. Its revision is a digest, which
 * no commit can be found in; so what is said is where people edit.
 */
export async function builtFrom(cluster: Cluster, artifact: KubernetesObject): Promise<readonly Evidence[]> {
  const [namespace, name] = [textAt(artifact, 'metadata', 'namespace') ?? '', textAt(artifact, 'metadata', 'name') ?? '']
  const generator = await generatorOf(cluster, artifact, namespace)
  if (generator === null) return []
  const by = `ArtifactGenerator ${textAt(generator, 'metadata', 'namespace') ?? ''}/${textAt(generator, 'metadata', 'name') ?? ''}`
  const made = objectsAt(generator, 'spec', 'artifacts').find(one => one['name'] === name)
  const found: Evidence[] = []
  for (const copy of objectsAt(made, 'copy')) {
    const [from, to] = [textAt(copy, 'from') ?? '', textAt(copy, 'to') ?? '']
    const alias = /^@([^/]+)/.exec(from)?.[1]
    const source = objectsAt(generator, 'spec', 'sources').find(one => one['alias'] === alias)
    const kind = textAt(source, 'kind') ?? ''
    const at = { kind, namespace: textAt(source, 'namespace') || namespace, name: textAt(source, 'name') ?? '' }
    const object = source === undefined ? null : await readWhereAllowed(cluster, { group: SOURCE_GROUP, ...at })
    const url = object === null ? null : textAt(object, 'spec', 'url') ?? null
    found.push({ sentence: `${by} makes it of ${from}, put at ${to}; @${alias ?? ''} is ${source === undefined ? 'no source of it' : `${kind} ${at.namespace}/${at.name}${url === null ? '' : `, ${url}`}`}`, at: `${by} spec.artifacts` })
  }
  return found
}

/** The generator that the artifact names, or else that its controller is. */
function generatorOf(cluster: Cluster, artifact: KubernetesObject, home: string): Promise<KubernetesObject | null> {
  const owner = objectsAt(artifact, 'metadata', 'ownerReferences').find(one => one['kind'] === 'ArtifactGenerator')
  const named = textAt(artifact, 'spec', 'sourceRef', 'kind') === 'ArtifactGenerator'
  const name = named ? textAt(artifact, 'spec', 'sourceRef', 'name') : textAt(owner, 'name')
  const namespace = named ? textAt(artifact, 'spec', 'sourceRef', 'namespace') || home : home
  return name === undefined ? Promise.resolve(null) : readWhereAllowed(cluster, { group: GENERATOR_GROUP, kind: 'ArtifactGenerator', namespace, name })
}
