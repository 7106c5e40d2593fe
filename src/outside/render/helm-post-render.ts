import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PostRender } from '../../model/helm.ts'
import type { RenderResult } from '../../flow/ports.ts'
import type { KustomizeProgram } from './kustomize-program.ts'

type Failure = Extract<RenderResult, { ok: false }>

/** Runs kustomize over what Helm made, once for each of `spec.postRenderers` (helm-controller `internal/postrender`). */
export async function postRendered(program: KustomizeProgram, manifests: string, stages: readonly PostRender[]): Promise<{ readonly ok: true, readonly text: string } | Failure> {
  let text = manifests
  for (const stage of stages) {
    const built = await runStage(program, text, stage)
    if (!built.ok) return { ok: false, message: `${stage.name}: ${built.message}` }
    text = built.text
  }
  return { ok: true, text }
}

async function runStage(program: KustomizeProgram, manifests: string, { patches, images }: PostRender): ReturnType<KustomizeProgram['build']> {
  const cwd = await mkdtemp(join(tmpdir(), 'writ-post-render-'))
  try {
    await writeFile(join(cwd, 'helm-output.yaml'), manifests)
    const inline = patches.map(({ patch, target }) => ({ patch, ...target === undefined || target === null ? {} : { target } }))
    await writeFile(join(cwd, 'kustomization.yaml'), JSON.stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: ['helm-output.yaml'], images, patches: inline }))
    return await program.build({ cwd, path: '', loadRestrictor: 'none' })
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}
