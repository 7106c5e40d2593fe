import type { TreeEntry } from '../../flow/ports.ts'

/**
 * A tree entry as Git has it. A path that is not UTF-8 shows replacement characters: `raw` writes it exactly, and `named`
 * is false, so that nobody reads or changes it by a name that is not its own. The size of a submodule is 0.
 */
export interface ListedEntry extends TreeEntry { readonly mode: string, readonly raw: Buffer, readonly named: boolean, readonly size: number }
