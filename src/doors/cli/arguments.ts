import { WritError } from '../../model/error.ts'

/** The object that a command line names, and what stands after it. */
export interface Named { readonly type: string, readonly name: string, readonly rest: readonly string[] }

/** `TYPE/NAME` or `TYPE NAME`, as kubectl takes them. Throws usage/bad-argument. */
export function namedObject(words: readonly string[]): Named {
  const [first, second, ...others] = words
  if (first === undefined || first === '') throw bad('The object is missing.', 'Name it as TYPE/NAME, such as deployment/web.')
  const slash = first.indexOf('/')
  if (slash >= 0) {
    const [type, name] = [first.slice(0, slash), first.slice(slash + 1)]
    if (type === '' || name === '' || name.includes('/')) throw bad(`${first} is no object.`, 'Name it as TYPE/NAME, such as deployment/web.')
    return { type, name, rest: words.slice(1) }
  }
  if (second === undefined || second.includes('=')) throw bad(`${first} is no object: its name is missing.`, 'Name it as TYPE/NAME, such as deployment/web.')
  if (second.includes('/')) throw bad(`${first} ${second} is no object.`, 'Name it as TYPE/NAME, such as deployment/web.')
  return { type: first, name: second, rest: others }
}

/** The same where nothing may stand after it. */
export function onlyObject(words: readonly string[]): Pick<Named, 'type' | 'name'> {
  const { type, name, rest } = namedObject(words)
  if (rest.length > 0) throw tooMany(rest)
  return { type, name }
}

/** The change that a command line names: `change/ID`, `change ID` or the bare id. */
export function namedChange(words: readonly string[]): string {
  const [first, second, ...others] = words
  if (first === undefined) throw bad('The change is missing.', 'Name it as change/ID; writ list shows them.')
  const two = /^changes?$/.test(first)
  const rest = two ? others : words.slice(1)
  if (rest.length > 0) throw tooMany(rest)
  const name = two ? second : first.replace(/^changes?\//, '')
  if (name === undefined || name === '') throw bad(`${first} needs the id of one.`, 'Name it as change/ID; writ list shows them.')
  if (!/^[a-z2-7]{1,8}$/.test(name)) throw bad(`${name} is no change.`, 'Name it as change/ID; writ list shows them.')
  return `change/${name}`
}

/** `NAME=VALUE` words. */
export function pairs(words: readonly string[], what: string): readonly (readonly [string, string])[] {
  return words.map(word => {
    const at = word.indexOf('=')
    if (at <= 0 || at === word.length - 1) {
      if (word.includes('/') && at < 0) throw new WritError('usage/not-supported', `${word} is a second object; this version changes one object at a time.`, { hint: 'Ask once per object.' })
      throw bad(`${JSON.stringify(word)} is not ${what}.`, 'See the examples of --help.')
    }
    return [word.slice(0, at), word.slice(at + 1)] as const
  })
}

/** `cpu=1,memory=1Gi` as an object. Throws usage/bad-argument for a name that stands twice. */
export function amounts(list: string | undefined, flag: string): Readonly<Record<string, string>> {
  if (list === undefined) return {}
  const found = pairs(list.split(',').map(part => part.trim()), `RESOURCE=AMOUNT, as ${flag} takes them`)
  const names = found.map(([name]) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw bad(`${flag} names ${twice} twice.`, 'Give each resource once.')
  return Object.fromEntries(found)
}

/** A whole number in its range. Throws usage/bad-argument, with the range. */
export function wholeNumber(text: string, flag: string, [least, most]: readonly [number, number]): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= least && number <= most)) throw bad(`${flag} takes a whole number from ${least} to ${most}, not ${JSON.stringify(text)}.`, `Give ${flag}=N.`)
  return number
}

/** What Kubernetes takes as a number of replicas: 32 bits. */
export const REPLICAS: readonly [number, number] = [0, 2 ** 31 - 1]

export function bad(message: string, hint: string): WritError {
  return new WritError('usage/bad-argument', message, { hint })
}

function tooMany(rest: readonly string[]): WritError {
  return bad(`${rest.map(word => JSON.stringify(word)).join(' ')} ${rest.length === 1 ? 'is' : 'are'} too many.`, 'Name one object or change.')
}
