import type { PolicyFile } from '../folder.ts'
import { readTemplates } from './templates.ts'
import type { Constraint, Template } from './templates.ts'

/** All that a policy folder says in Rego. */
export interface RegoRules {
  readonly files: readonly PolicyFile[]
  readonly templates: readonly Template[]
  readonly constraints: readonly Constraint[]
}

/** Reads `rego/` and `gatekeeper/`. Throws config/invalid with file and line. Whether the Rego itself is right only opa knows: that becomes a verdict. */
export function readRegoRules(files: readonly PolicyFile[], dir: string): RegoRules {
  return { files: files.filter(({ path }) => path.startsWith('rego/')), ...readTemplates(files.filter(({ path }) => path.startsWith('gatekeeper/')), dir) }
}
