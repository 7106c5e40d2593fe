import type { Change } from '../../../model/change.ts'
import type { Person } from '../../../model/config.ts'
import type { ForgeAbilities } from '../../../model/forge.ts'
import type { Redact } from './objects.ts'

/** What a page is made of: the change with the plan that is published, who may decide, and what its forge can do. */
export interface PageInput {
  readonly change: Change
  readonly people: readonly Pick<Person, 'name' | 'kind' | 'groups'>[]
  readonly can: ForgeAbilities
  readonly redact: Redact
}

/** The sentence that names what shows all of it. */
export function showsAll({ id }: Pick<Change, 'id'>): string {
  return `\`writ get change/${id} -o yaml\` shows all of it`
}
