import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isObject } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { baseEnvironment, run } from '../../outside/run.ts'
import { nameOf } from '../api.ts'
import type { Api } from '../api.ts'
import { readObjects } from '../yaml-objects.ts'

const found = new Map<string, Promise<boolean>>()

/** True where `helm` is on PATH. Asked once for each PATH. */
export function hasHelm(): Promise<boolean> {
  const path = process.env['PATH'] ?? ''
  const known = found.get(path) ?? run({ program: 'helm', args: ['version', '--short'], env: { ...baseEnvironment(), HOME: '/nonexistent' }, timeout: 20_000 }).then(({ code }) => code === 0, () => false)
  found.set(path, known)
  return known
}

export interface TemplateInput { readonly api: Api, readonly chart: string, readonly release: string, readonly namespace: string, readonly values: JsonObject, readonly upgrade: boolean, readonly owner: { readonly name: string, readonly namespace: string } }

/** Renders with the real `helm template`, and marks what comes out as Helm and helm-controller do. Throws with helm's words, or where helm is missing. */
export async function templateRelease(input: TemplateInput): Promise<readonly KubernetesObject[]> {
  if (!await hasHelm()) throw new Error('the sandbox\'s Flux renders charts with helm, which is not on PATH')
  const folder = await mkdtemp(join(tmpdir(), 'writ-helm-'))
  try {
    await cp(input.chart, join(folder, 'chart'), { recursive: true })
    await writeFile(join(folder, 'values.yaml'), JSON.stringify(input.values))
    const result = await run({
      program: 'helm', args: ['template', input.release, './chart', `--namespace=${input.namespace}`, '--values=values.yaml', '--include-crds', '--skip-tests', '--no-hooks', ...input.upgrade ? ['--is-upgrade'] : []],
      cwd: folder, env: { ...baseEnvironment(), HOME: folder, HTTPS_PROXY: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' }, timeout: 60_000,
    })
    if (result.code !== 0) throw new Error(result.stderr.trim().replace(/^Error: /, '').replaceAll(folder, '<chart>'))
    return await Promise.all(readObjects(result.stdout.toString('utf8'), 'helm template').map(object => marked(object, input)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function marked(object: KubernetesObject, input: TemplateInput): Promise<KubernetesObject> {
  const { labels, annotations, ...metadata } = object.metadata
  const ref = nameOf(object)
  const namespaced = await input.api.namespaced(ref)
  return {
    ...object,
    metadata: {
      ...metadata, ...namespaced ? { namespace: ref.namespace ?? input.namespace } : {},
      labels: {
        ...isObject(labels) ? labels : {}, 'app.kubernetes.io/managed-by': 'Helm',
        'helm.toolkit.fluxcd.io/name': input.owner.name, 'helm.toolkit.fluxcd.io/namespace': input.owner.namespace,
      },
      annotations: { ...isObject(annotations) ? annotations : {}, 'meta.helm.sh/release-name': input.release, 'meta.helm.sh/release-namespace': input.namespace },
    },
  }
}
