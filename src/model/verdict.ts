/** One policy's word on one object. An `error` blocks like a denial but is never counted as one (policy.md 2.4, guard 4). */
export interface Verdict {
  readonly policy: string
  /** Which binding applied it. */
  readonly binding: string
  /** `Deployment shop/web`. */
  readonly object: string
  readonly result: 'pass' | 'warn' | 'deny' | 'audit' | 'skip' | 'error'
  /** True where the object before the change violated it in the same way: then it warns (DESIGN.md section 5). */
  readonly preExisting: boolean
  readonly severity: string | null
  readonly message: string | null
  /** The policy file, relative to the policy folder. */
  readonly file: string
}

/** True where the verdict stops the change. */
export function blocks(verdict: Verdict): boolean {
  return verdict.result === 'deny' || verdict.result === 'error'
}
