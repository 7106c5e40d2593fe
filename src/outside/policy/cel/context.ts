import type { Json } from '../../../model/json.ts'
import type { EvaluationJob } from '../evaluation.ts'
import type { Context } from './round.ts'
import { Unevaluable } from './unevaluable.ts'
import { celValue, RequestValue, VariableValues } from './values.ts'

/** The two states of the object that an evaluation sees. */
export interface States { readonly object: Json, readonly oldObject: Json }

/** What the expressions of a policy see; `variable` evaluates one variable in that same context. */
export function contextOf(job: EvaluationJob, states: States, variable: (name: string, context: Context) => unknown): Context {
  const request = new RequestValue()
  for (const [key, value] of Object.entries(job.request)) if (value !== undefined && value !== null) request.set(key, celValue(value))
  const context: Context = {
    object: celValue(states.object),
    oldObject: celValue(states.oldObject),
    request,
    params: celValue(job.params),
    // Looking at a namespace that nobody gave is an error, not an absence.
    get namespaceObject() {
      if ('unknown' in job.namespace) throw new Unevaluable(`the namespace ${job.namespace.unknown} is not known, so that namespaceObject cannot be looked at`)
      return celValue(job.namespace.object)
    },
    variables: new VariableValues(name => variable(name, context)),
  }
  return context
}
