import { EnvironmentClass } from '../../model/environment.ts'
import type { Environment } from '../../model/environment.ts'
import type { Binding } from './policy-set.ts'

/**
 * The bindings of one policy that hold for an environment: those labelled with its name; where there are none, those of its class;
 * and always those without the label. A name that is also the name of a class counts as neither, so that an environment
 * of class prod named `dev` is judged as prod; what no file covers is prod (DESIGN.md section 3).
 */
export function bindingsFor(environment: Environment, bindings: readonly Binding[]): readonly Binding[] {
  const ownName = environment.known && !EnvironmentClass.safeParse(environment.name).success
  const own = ownName ? bindings.filter(binding => binding.environment === environment.name) : []
  const chosen = own.length > 0 ? own : bindings.filter(binding => binding.environment === environment.class)
  return [...bindings.filter(binding => binding.environment === null), ...chosen]
}
