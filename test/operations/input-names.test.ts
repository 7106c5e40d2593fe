import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { EditInput } from '../../src/operations/edit.ts'
import { inputName } from '../../src/operations/input-names.ts'

/** Every place of an input, with a number for the entries of its lists. */
function pathsOf(schema: unknown, at: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties, items, anyOf, oneOf } = schema as Readonly<Record<string, unknown>>
  const inner = [
    ...Object.entries(properties ?? {}).flatMap(([key, value]) => pathsOf(value, [...at, key])),
    ...items === undefined ? [] : pathsOf(items, [...at, 0]),
    ...[anyOf, oneOf].flatMap(branches => Array.isArray(branches) ? branches.flatMap(branch => pathsOf(branch, at)) : []),
  ]
  return at.length === 0 ? inner : [at, ...inner]
}

async function inputs(): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>([['edit', EditInput]])
  const folder = resolve('src/operations')
  for (const file of readdirSync(folder).filter(name => name.endsWith('.ts'))) {
    const module: unknown = await import(join(folder, file))
    for (const value of Object.values(module as object)) {
      if (typeof value === 'object' && value !== null && 'run' in value && 'input' in value && 'name' in value) found.set(String(value.name), value.input)
    }
  }
  return found
}

describe('what people are told about an input', () => {
  it('names it as they gave it, wherever it stands: never by a key of the program', async () => {
    const all = await inputs()
    expect([...all.keys()]).to.include.members(['edit', 'suspend', 'diff', 'scale', 'approve', 'set-env', 'list'])
    const leaked = [...all].flatMap(([name, input]) => pathsOf(z.toJSONSchema(input as z.ZodType, { io: 'input', unrepresentable: 'any' }))
      .filter(path => !/^(?:--?[a-z-]+(?: (?:or|and) --[a-z-]+)?|change\/ID|[A-Z/=]+)$/.test(inputName(path))).map(path => `${name}: ${path.join('.')}`))
    expect([...new Set(leaked)]).to.deep.equal([])
  })
})
