import { WritError } from '../../model/error.ts'
import type { FileChange, ObjectChange } from '../../model/plan.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { compareRenders } from '../fields/compare.ts'
import { readCheckout } from '../owner-file/checkout-manifests.ts'
import type { OwnerReaders } from '../owner-file/owner-file-ask.ts'
import type { Bench } from '../proof/bench.ts'
import type { RenderAsk } from '../proof/closure.ts'
import { renderAsk } from '../proof/consumers.ts'

/** A HelmRelease or an Application before and after an edit of its own fields, and the files of the edit. */
export interface ChangedOwner { readonly before: KubernetesObject, readonly after: KubernetesObject, readonly files: readonly FileChange[] }

/** What the edit does to the objects of its chart: they change, or they do not render any more. */
export type ChartEffect = { readonly changes: readonly ObjectChange[] } | { readonly fails: string }

/**
 * Renders the chart of an owner before and after its own fields change. Null where the owner has no chart in this checkout, and where the chart does not render
 * here even before: the fields of the owner are proven without it.
 */
export async function chartEffect(readers: Pick<OwnerReaders, 'manifestOwner'>, bench: Bench, { before, after, files }: ChangedOwner): Promise<ChartEffect | null> {
  const around = (await readCheckout(bench, ['GitRepository', 'HelmChart'])).placed.map(({ object }) => object)
  const asks = (object: KubernetesObject): readonly RenderAsk[] => {
    const owner = readers.manifestOwner(object, around)
    if (owner === null || owner.obstacle !== null) return []
    return owner.sources.map(({ source, render }) => renderAsk(bench.index, { tool: owner.ref.tool, source, render }))
      .filter(ask => ask.format === 'helm' && bench.index.directories.has(ask.path))
  }
  const [old, now] = [asks(before), asks(after)]
  if (old.length === 0 || old.length !== now.length) return null
  try {
    const was = await bench.render([], old)
    if (was.some(result => !result.ok)) return null
    const becomes = await bench.render(files, now)
    const broken = becomes.find(result => !result.ok)
    if (broken?.ok === false) return { fails: broken.message }
    const objects = (results: typeof was): readonly KubernetesObject[] => results.flatMap(result => result.ok ? result.objects.map(({ object }) => object) : [])
    return { changes: compareRenders(objects(was), objects(becomes)) }
  } catch (error) {
    // Helm is not here, or takes too long.
    if (error instanceof WritError) return null
    throw error
  }
}
