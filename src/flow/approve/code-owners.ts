import { OWNERS_FILES, ownersOf } from '../../model/code-owners.ts'
import type { OwnersDialect } from '../../model/code-owners.ts'
import type { Person } from '../../model/config.ts'
import type { Environment } from '../../model/environment.ts'
import { isRefusal, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { CodeOwnersNeed, Proven } from '../../model/plan.ts'
import type { Forge } from '../ports.ts'
import type { World } from '../world.ts'

/** A plain server has no rules of its own for that file; GitHub's are what most people write by. */
const DIALECT: Readonly<Record<Forge['kind'], OwnersDialect | null>> = { plain: 'github', github: 'github', gitlab: 'gitlab', gitea: null }

/**
 * Whose approval each changed file needs where an affected environment asks for code owners, by the CODEOWNERS file of the base: the change itself cannot choose its judges.
 * Empty where there is no such file, or nobody owns what changes.
 */
export async function codeOwnersNeeded(world: World, { owner, base, files }: Proven, affected: readonly Environment[]): Promise<readonly CodeOwnersNeed[] | Refusal> {
  const asking = affected.find(environment => environment.codeOwners === true)
  const handle = asking === undefined ? null : world.repositories.open(owner.source.url)
  if (asking === undefined || handle === null || isRefusal(handle)) return []
  const { forge, reader } = handle
  const dialect = DIALECT[forge.kind]
  if (dialect === null) {
    return refuse('UNSUPPORTED', `Environment ${asking.name} asks for code owners, whose file Writ does not read on a forge of kind ${forge.kind}.`, [{ sentence: 'the rules of its CODEOWNERS are regular expressions of another language' }],
      'Let a protected branch of the forge ask for them, and take codeOwners out of the environment, or name their group as approvers.')
  }
  const tree = await reader.tree(base)
  const texts = await tree.read(OWNERS_FILES[dialect])
  const file = OWNERS_FILES[dialect].find(path => texts.has(path))
  const text = file === undefined ? undefined : texts.get(file)
  if (file === undefined || text === undefined) return []
  const needs = new Map<string, CodeOwnersNeed>()
  for (const { path } of files) {
    for (const { owners } of ownersOf(text, path, dialect)) {
      const key = owners.join(' ')
      needs.set(key, { owners, file, forge: forge.name, paths: [...needs.get(key)?.paths ?? [], path] })
    }
  }
  return [...needs.values()]
}

/** True where a person is one of these owners: by login on the forge, address, or as a member of a group that is called like the team. */
export function isCodeOwner(person: Person, { owners, forge }: CodeOwnersNeed): boolean {
  const names = [person.aliases.forge[forge], person.email, ...person.groups.filter(group => group.includes('/'))].flatMap(name => name === undefined ? [] : [name.toLowerCase()])
  return owners.some(owner => names.includes(owner.replace(/^@/, '').toLowerCase()))
}
