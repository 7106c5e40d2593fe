import { WritError } from '../model/error.ts'
import { line } from '../views/line.ts'
import type { Line } from '../views/line.ts'
import { findings } from './init/findings.ts'
import type { Finding } from './init/findings.ts'
import { peopleFile } from './init/people-file.ts'
import { prodFile } from './init/prod-file.ts'
import type { Context, Setup } from './init/setup.ts'
import { writFile } from './init/writ-file.ts'

export interface InitAnswer {
  readonly kind: 'Init'
  readonly dir: string
  readonly files: readonly { readonly file: string, readonly state: 'written' | 'exists' }[]
  readonly clusters: readonly { readonly name: string, readonly context: string, readonly argocd: boolean, readonly flux: boolean, readonly owners: number, readonly namespaces: number, readonly error: string | null }[]
  readonly repositories: readonly string[]
  readonly next: string
}

/**
 * `writ init`: what a kubeconfig and its clusters tell, as commented files; nothing is overwritten. Names decide nothing:
 * everything is prod until a person says otherwise. Throws config/missing where there is no context to begin with.
 */
export async function init(setup: Setup, options: { readonly context: string | null, readonly progress: (line: string) => void }): Promise<InitAnswer> {
  const contexts = chosen(setup, options.context)
  const found = await findings(setup, { contexts, progress: options.progress })
  const repositories = [...new Set(found.flatMap(one => one.repositories))].sort()
  const texts: readonly (readonly [string, string])[] = [
    ['writ.yaml', writFile(found, repositories)], ['people.yaml', peopleFile(setup.user)], ['prod.yaml', prodFile(found)],
  ]
  const files: { file: string, state: 'written' | 'exists' }[] = []
  for (const [file, text] of texts) files.push({ file, state: await setup.write(file, text) ? 'written' : 'exists' })
  return {
    kind: 'Init', dir: setup.dir, files, repositories, clusters: found.map(summary),
    next: 'Read the files, correct them, then run: writ doctor',
  }
}

export function initLines(answer: InitAnswer): readonly Line[] {
  return [
    ...answer.clusters.map(cluster => cluster.error === null
      ? line(`cluster ${cluster.name}: ${cluster.owners} owners${cluster.argocd ? ', Argo CD' : ''}${cluster.flux ? ', Flux' : ''}, ${cluster.namespaces} namespaces`)
      : line(`cluster ${cluster.name}: ${cluster.error}; it stands commented out in writ.yaml`, 'warn')),
    ...answer.files.map(({ file, state }) => state === 'written' ? line(`written   ${answer.dir}/${file}`, 'good') : line(`exists    ${answer.dir}/${file}: left as it is`, 'dim')),
    line(`Next: ${answer.next}`, 'title'),
  ]
}

function chosen(setup: Setup, wanted: string | null): readonly Context[] {
  if (setup.contexts.length === 0) throw new WritError('config/missing', 'The kubeconfig has no contexts to begin with.', { hint: 'Set KUBECONFIG, or copy environments.example and fill it in.' })
  if (wanted === null) return setup.contexts
  const found = setup.contexts.filter(context => context.name === wanted)
  if (found.length === 0) throw new WritError('usage/bad-argument', `The kubeconfig has no context ${wanted}.`, { hint: `It has ${setup.contexts.map(context => context.name).join(', ')}.` })
  return found
}

function summary(found: Finding): InitAnswer['clusters'][number] {
  return { name: found.name, context: found.context, argocd: found.argocd !== null, flux: found.flux !== null, owners: found.owners, namespaces: found.namespaces.length, error: found.error }
}
