import type { JsonObject } from '../../model/json.ts'
import { textAt } from '../../model/json.ts'

/**
 * How well the name of a manifest fits a rendered name: 1 where prefixes and suffixes of the kustomizations make the difference, if there is one,
 * 0 where it is part of it (something else may have renamed the object), null where it cannot be.
 */
export function nameFit(kustomizations: readonly JsonObject[], rendered: string): (name: string | undefined) => 0 | 1 | null {
  const texts = (key: string): readonly string[] => [...new Set(kustomizations.flatMap(kustomization => textAt(kustomization, key) ?? []))].filter(text => text !== '')
  const [prefixes, suffixes] = [texts('namePrefix'), texts('nameSuffix')]
  return name => {
    const starts = name === undefined || name === '' ? [] : startsOf(rendered, name)
    if (name === undefined || starts.length === 0) return null
    return starts.some(start => isMadeOf(rendered.slice(0, start), prefixes) && isMadeOf(rendered.slice(start + name.length), suffixes)) ? 1 : 0
  }
}

/** What prefixes and suffixes lay around the names of what a kustomization holds, by the time all is rendered: one for each way that leads to it. */
export interface Around { readonly prefix: string, readonly suffix: string }

/** As nameFit, for a name in one kustomization: 2 where just the prefixes and suffixes on the way from there make the rendered name of it. */
export function fitAround(name: string | undefined, around: readonly Around[], rendered: string): 0 | 2 | null {
  if (name === undefined || name === '' || !rendered.includes(name)) return null
  return around.some(({ prefix, suffix }) => `${prefix}${name}${suffix}` === rendered) ? 2 : 0
}

function startsOf(text: string, part: string): readonly number[] {
  const found: number[] = []
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) found.push(at)
  return found
}

/** True where a text is nothing but some of the parts, one after the other. */
function isMadeOf(text: string, parts: readonly string[]): boolean {
  return text === '' || parts.some(part => text.startsWith(part) && isMadeOf(text.slice(part.length), parts))
}
