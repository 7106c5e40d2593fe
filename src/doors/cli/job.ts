import type { SandboxCommand } from './parts.ts'
import type { Json } from '../../model/json.ts'

/** How results are printed. */
export type Format = 'text' | 'wide' | 'json' | 'yaml' | 'name'

/** How a check is printed. */
export type Report = 'text' | 'json' | 'yaml' | 'markdown' | 'sarif' | 'junit'

/** What a command line asks for: parsing ends here, doing begins here. */
export type Job = { readonly format: Format, readonly config: string | null } & (
  | {
    readonly kind: 'operation'
    /** The operation's name in the menu. */
    readonly operation: string
    readonly input: Readonly<Record<string, unknown>>
    /** The end that the verb wants; any other end is a failure. */
    readonly wants?: 'verified' | 'rejected' | 'cancelled' | 'same' | 'stopped'
    /** A list that is printed again where it moves, until Ctrl-C. */
    readonly watch?: true
    /** The timeout of `--wait`, in milliseconds. */
    readonly timeout?: number
  }
  | { readonly kind: 'init', readonly context: string | null }
  | { readonly kind: 'doctor' }
  | { readonly kind: 'edit', readonly input: Readonly<Record<string, Json>> }
  | { readonly kind: 'check', readonly report: Report, readonly input: Readonly<Record<string, Json>> }
  | { readonly kind: 'sandbox', readonly command: SandboxCommand, readonly options: Readonly<Record<string, Json>> }
)
