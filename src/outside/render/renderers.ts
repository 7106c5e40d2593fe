import type { Renderer } from '../../flow/ports.ts'
import { applicationSetRenderer } from './application-set.ts'
import { directoryRenderer } from './directory.ts'
import { fluxDirectoryRenderer } from './flux-directory.ts'
import { helmRenderer } from './helm.ts'
import { kustomizeRenderer } from './kustomize.ts'

/** One renderer for each format of source that this version knows. */
export function renderers(options: { readonly timeoutMs: number }): readonly Renderer[] {
  return [directoryRenderer(), kustomizeRenderer(options), fluxDirectoryRenderer(options), helmRenderer(options), applicationSetRenderer()]
}
