import { Unevaluable } from './unevaluable.ts'

/** Steps allowed, of the order of Kubernetes' own limits (policy.md 2.3). The unit is one node of an expression evaluated once. */
export interface Limits { readonly expression: number, readonly conditions: number, readonly policy: number }

/** Counts the steps of an evaluation (policy.md 2.4, guard 3). */
export interface Meter {
  /** Begins to judge another object: nothing is spent. */
  restart(): void
  /** Begins a new expression with its own limit; the total goes on. */
  begin(limit: number): void
  /** Throws Unevaluable once a limit is passed. */
  spend(steps: number): void
  /** Throws Unevaluable where a limit was passed and the expression swallowed the error, as `||` and exists() do. */
  check(): void
}

/** A meter with a limit over all expressions of one policy and object. */
export function meter(total: number): Meter {
  let all = 0
  let spent = 0
  let limit = total
  let exceeded = false
  function check(): void {
    if (exceeded) throw new Unevaluable('the policy needs more steps than are allowed')
  }
  return {
    restart() {
      all = 0
      exceeded = false
    },
    begin(next) {
      spent = 0
      limit = next
    },
    spend(steps) {
      spent += steps
      all += steps
      if (spent > limit || all > total) exceeded = true
      check()
    },
    check,
  }
}
