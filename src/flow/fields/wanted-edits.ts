import { isRefusal } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { Edit } from '../../model/field.ts'
import { wholeOf } from '../../model/field.ts'
import type { Ask } from '../../model/request.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { isKubernetesObject } from '../../model/resource.ts'
import { manifestEdits } from '../manifest/manifest-edits.ts'
import { patchEdits } from '../patch/patch-edits.ts'

const SHOWN = 5

/** The edits that a patch or a manifest means for an object as it is rendered, and what a person should know of them. */
export interface WantedEdits { readonly edits: readonly Edit[], readonly notes: readonly string[] }

/** How to find the edits that only the rendered object can tell; null where they are known already. */
export function wantedEdits({ asks, edits }: { readonly asks: readonly Ask[], readonly edits: readonly Edit[] }): ((rendered: KubernetesObject) => WantedEdits | Refusal) | null {
  const patch = asks.find(ask => ask.kind === 'patch')
  if (patch !== undefined) {
    return rendered => {
      const found = patchEdits(rendered, patch)
      return isRefusal(found) ? found : { edits: found, notes: [] }
    }
  }
  const manifest = asks.some(ask => ask.kind === 'apply') ? wholeOf(edits)?.after : undefined
  if (!isManifest(manifest)) return null
  return rendered => {
    const found = manifestEdits(rendered, manifest)
    return isRefusal(found) ? found : { edits: found.edits, notes: keptNote(found.kept) }
  }
}

/** What the source lays over a new object beside what its manifest says: labels, a namespace. */
export function addedNote(made: KubernetesObject, manifest: KubernetesObject): readonly string[] {
  const found = manifestEdits(made, manifest)
  if (isRefusal(found) || found.kept.length === 0) return []
  return [`The source adds to the manifest: ${found.kept.slice(0, SHOWN).join(', ')}${found.kept.length > SHOWN ? ` and ${found.kept.length - SHOWN} more` : ''}`]
}

function isManifest(value: Edit['after']): value is KubernetesObject {
  return isKubernetesObject(value)
}

/** What kubectl apply would take away, if it was the one who put it there. */
function keptNote(kept: readonly string[]): readonly string[] {
  if (kept.length === 0) return []
  const more = kept.length > SHOWN ? ` and ${kept.length - SHOWN} more` : ''
  return [`Git holds what the manifest does not name, and it stays: ${kept.slice(0, SHOWN).join(', ')}${more}. To take a field away, set it to null, or ask with writ set field FIELD-`]
}
