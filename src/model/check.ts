import type { OwnerRef } from './owner.ts'
import type { ObjectChange } from './plan.ts'
import type { ObjectRef } from './resource.ts'
import type { Verdict } from './verdict.ts'

/** A line of a file of the checkout. */
export interface FilePlace { readonly file: string, readonly line: number }

/** What a pull request does to one folder as one owner deploys it, or as it stands where no owner names it. */
export interface CheckedDelivery {
  readonly owner: OwnerRef | null
  /** Who brings the owner's own manifest to the cluster, where that is another folder of the checkout. */
  readonly carrier: string | null
  /** The folder; '' is the root. */
  readonly path: string
  /** `same`: a file that it reads has changed and nothing that it renders. */
  readonly status: 'changed' | 'same' | 'error'
  readonly changes: readonly CheckedChange[]
  /** Why the head does not render, in the renderer's words: this blocks. */
  readonly error: string | null
  /** Why the base does not render, so that everything counts as new. */
  readonly warning: string | null
  /** Where the owner, or else the folder's own file, stands. */
  readonly place: FilePlace
}

/** A rendered object that differs, the environments that it is judged for, and where it comes from. */
export interface CheckedChange extends ObjectChange { readonly environments: readonly string[], readonly place: FilePlace }

/** A verdict on a rendered object of a delivery. */
export interface CheckedVerdict extends Verdict {
  readonly ref: ObjectRef
  readonly delivery: string
  readonly environment: string
  readonly place: FilePlace
}

/** Something that the changed files may reach and that cannot be rendered here as it is deployed. */
export interface Unchecked { readonly what: string, readonly because: string, /** Its folder was rendered as it stands instead. */ readonly asItStands: boolean, readonly place: FilePlace }

/** Everything that a check found. */
export interface Check {
  readonly base: { readonly commit: string, /** How it was chosen. */ readonly by: string }
  /** null: the files as they stand. */
  readonly head: string | null
  /** The commit that policies and configuration were read from, and where they stand there or on this machine. */
  readonly rules: { readonly commit: string, readonly policies: string, readonly bundle: string, readonly configuration: string | null }
  readonly files: readonly string[]
  readonly deliveries: readonly CheckedDelivery[]
  readonly verdicts: readonly CheckedVerdict[]
  readonly unchecked: readonly Unchecked[]
}
