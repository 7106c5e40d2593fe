import type { Json } from '../../model/json.ts'
import type { Source } from './source.ts'

/** A patch: strategic merge documents or JSON6902 lists. `target` is what its entry says about the objects that it is for, null where it says nothing. */
export interface PatchText { readonly source: Source, readonly target: Json | null }
