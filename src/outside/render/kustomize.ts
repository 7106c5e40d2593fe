import { realpath } from 'node:fs/promises'
import type { Renderer } from '../../flow/ports.ts'
import { kustomizeProgram } from './kustomize-program.ts'
import { scanKustomization } from './kustomize-scan.ts'
import { renderedTextReader } from './rendered-text.ts'

/** Renders a kustomization with the owner's load restrictor, after Writ's own scan of everything it reaches. */
export function kustomizeRenderer(options: { readonly timeoutMs: number }): Renderer {
  const program = kustomizeProgram(options)
  const read = renderedTextReader()
  return {
    format: 'kustomize',
    info: () => program.info(),
    async render(job) {
      const failure = await scanKustomization(job.dir, [job.path])
      if (failure !== null) return failure
      const built = await program.build({ cwd: await realpath(job.dir), path: job.path, loadRestrictor: job.loadRestrictor })
      return built.ok ? read(built.text) : built
    },
  }
}
