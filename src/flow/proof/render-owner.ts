import { isRefusal } from '../../model/error.ts'
import type { Owner } from '../../model/owner.ts'
import type { RendererInfo } from '../../model/plan.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import type { RenderedObject } from '../ports.ts'
import type { World } from '../world.ts'
import { openBench } from './bench.ts'
import { renderAsk } from './consumers.ts'
import { findTarget } from './target.ts'

export type OwnerRender =
  | { readonly ok: true, readonly objects: readonly RenderedObject[], readonly renderer: RendererInfo }
  | { readonly ok: false, readonly message: string }

/** What an owner renders at a commit or tree. Throws render/no-renderer, render/timeout and what Git throws. */
export async function renderOwner(world: World, owner: Owner, commitOrTree: string): Promise<OwnerRender> {
  const repository = world.repositories.open(owner.source.url)
  if (isRefusal(repository)) return { ok: false, message: repository.message }
  const bench = await openBench(world, repository.reader, commitOrTree)
  try {
    const ask = renderAsk(bench.index, owner)
    const [result] = await bench.render([], [ask])
    if (result?.ok !== true) return { ok: false, message: result?.message ?? 'no answer' }
    return { ok: true, objects: result.objects, renderer: await bench.info(ask) }
  } finally {
    await bench.dispose()
  }
}

/** The target as an owner renders it at a commit or tree; null where it does not render, is not there, or is there twice. */
export async function renderedTarget(world: World, owner: Owner, of: { readonly commit: string, readonly target: ObjectRef }): Promise<KubernetesObject | null> {
  const render = await renderOwner(world, owner, of.commit)
  if (!render.ok) return null
  const [found, ...others] = findTarget(render.objects, of.target, owner.destination)
  return found === undefined || others.length > 0 ? null : found.object
}
