import { realpath } from 'node:fs/promises'
import { isEmptyOverlay } from '../../model/overlay.ts'
import { isLeftOut } from '../../model/source-ignore.ts'
import type { RenderJob, Renderer } from '../../flow/ports.ts'
import { kustomizeProgram } from './kustomize-program.ts'
import { scanKustomization } from './kustomize-scan.ts'
import type { Absence } from './kustomize-scan.ts'
import { overlaidBuild } from './overlaid-build.ts'
import { renderedTextReader } from './rendered-text.ts'
import { together } from './worktree-turns.ts'

/** Renders a kustomization with the owner's load restrictor and overlay, after Writ's own scan of everything it reaches. */
export function kustomizeRenderer(options: { readonly timeoutMs: number }): Renderer {
  const program = kustomizeProgram(options)
  const read = renderedTextReader()
  return {
    format: 'kustomize',
    info: () => program.info(),
    async render(job) {
      const root = await realpath(job.dir)
      const { path, loadRestrictor, kustomize } = job
      const isAbsent = absenceOf(job)
      const built = kustomize !== undefined && (kustomize.version !== undefined || !isEmptyOverlay(kustomize))
        ? await overlaidBuild(program, { root, path, loadRestrictor, overlay: kustomize, generated: null, isAbsent })
        : await together(root, async () => await scanKustomization(root, [path], isAbsent) ?? program.build({ cwd: root, path, loadRestrictor }))
      return built.ok && 'text' in built ? read(built.text, job) : built
    },
  }
}

/** Which files never reach the owner of a job. */
export function absenceOf({ leftOut }: Pick<RenderJob, 'leftOut'>): Absence {
  return leftOut === undefined ? () => false : path => isLeftOut(leftOut, path)
}
