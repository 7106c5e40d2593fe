import type { Unchecked } from '../../model/check.ts'
import { placedIn } from '../owner-file/checkout-manifests.ts'
import { directoryOf, isBelow } from '../proof/tree-index.ts'
import type { TreeIndex } from '../proof/tree-index.ts'
import type { Side } from './delivery.ts'

const BECAUSE = 'manifests in it are changed, and no owner that the repository declares deploys them; where one stands elsewhere, give its manifest with --owner'

/** Folders with changed manifests that nothing reads which is checked: nobody may take that for a pass. `except`: the folder of the policies. */
export async function nobodyDeploys(sides: readonly { readonly side: Side, readonly index: TreeIndex }[], files: readonly string[], except: string): Promise<readonly Unchecked[]> {
  const likely = files.filter(file => /\.(?:ya?ml|json)$/.test(file) && !isBelow(file, except) && !sides.some(({ side }) => side.deliveries.some(({ closure }) => closure.opaque || closure.files.has(file))))
  const found = new Map<string, Unchecked>()
  for (const { index } of sides) {
    const texts = await index.tree.read(likely.filter(file => index.files.has(file)))
    for (const [file, text] of texts) {
      const folder = directoryOf(file)
      const [first] = !found.has(folder) && /["']?apiVersion["']?\s*:/.test(text) ? placedIn(file, text) : []
      if (first !== undefined) found.set(folder, { what: folder === '' ? '.' : folder, because: BECAUSE, asItStands: false, place: { file, line: 1 } })
    }
  }
  return [...found.values()]
}
