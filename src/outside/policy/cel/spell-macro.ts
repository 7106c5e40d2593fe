/** A macro whose parts are written already. */
export interface WrittenMacro {
  readonly name: string
  readonly over: string
  readonly variables: readonly string[]
  readonly bodies: readonly string[]
}

/** Spells a macro by those that the engine has; `fresh` gives names that no policy uses. */
export function spellMacro(macro: WrittenMacro, fresh: () => string): string {
  const [variable = ''] = macro.variables
  const body = macro.bodies.at(-1) ?? ''
  if (macro.variables.length === 2) return twoVariables(macro, fresh())
  switch (macro.name) {
    case 'cel.bind': return `cel.bind(${variable}, ${macro.over}, ${body})`
    case 'optMap': case 'optFlatMap': return optional(macro, fresh())
    case 'sortBy': return sortBy(macro, fresh())
    case 'existsOne': return `${macro.over}.exists_one(${variable}, ${body})`
    default: return `${macro.over}.${macro.name}(${[variable, ...macro.bodies].join(', ')})`
  }
}

/** The form with index and value, or key and value: through the keys, with the value bound in each round. */
function twoVariables(macro: WrittenMacro, range: string): string {
  const [key = '', value = ''] = macro.variables
  const bodies = macro.bodies.map(body => `cel.bind(${value}, writ_at(${range}, ${key}), ${body})`)
  const toMap = macro.name === 'transformMap'
  if (toMap) bodies.push(`[${key}, ${bodies.pop() ?? ''}]`)
  const single = toMap || macro.name === 'transformList' ? 'map' : macro.name === 'existsOne' ? 'exists_one' : macro.name
  const result = `writ_keys(${range}).${single}(${[key, ...bodies].join(', ')})`
  return `cel.bind(${range}, ${macro.over}, ${toMap ? `writ_toMap(${result})` : result})`
}

function optional(macro: WrittenMacro, held: string): string {
  const [variable = ''] = macro.variables
  const result = `cel.bind(${variable}, ${held}.value(), ${macro.bodies.at(-1) ?? ''})`
  const some = macro.name === 'optMap' ? `optional.of(${result})` : result
  return `cel.bind(${held}, ${macro.over}, (${held}.hasValue() ? dyn(${some}) : dyn(optional.none())))`
}

function sortBy(macro: WrittenMacro, list: string): string {
  return `cel.bind(${list}, ${macro.over}, writ_paid(writ_sortBy(${list}, ${list}.map(${macro.variables.join('')}, ${macro.bodies.join('')}))))`
}
