import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The public benchmark beside the checkout; absent on most machines. */
export const CORPUS = join(import.meta.dirname, '../../../shared/corpus')

/** One line of the public benchmark (testing.md 6.2). A field may also be `pointer:` and a pointer from the object's root, which the benchmark does not have. */
export interface EditCase {
  readonly id: string
  readonly repo: string
  readonly engine: 'kustomize' | 'plain' | 'helmrelease'
  readonly overlayPath: string
  readonly entry: 'flux' | 'root' | 'referenced' | 'dir'
  readonly gvk: string
  readonly ns: string | null
  readonly name: string
  readonly container: string | null
  readonly field: string
  readonly oldValue: string | number | boolean
  readonly newValue: string | number | boolean
}

/** Which cases shall run; an empty list means all. */
export interface CaseFilter {
  readonly repos: readonly string[]
  readonly engines: readonly string[]
  readonly ids: readonly string[]
  readonly fields?: readonly string[]
  readonly entries?: readonly string[]
  readonly sample: number | null
  readonly limit: number | null
}

/** The repositories of a corpus whose names fit. */
export function repositoriesIn(filter: CaseFilter, corpus = CORPUS): readonly string[] {
  return readdirSync(corpus).filter(name => name.endsWith('.tar.gz')).map(name => name.slice(0, -'.tar.gz'.length)).filter(name => fits(filter.repos, part => name.includes(part))).sort()
}

export function corpusIsThere(): boolean {
  return existsSync(join(CORPUS, 'cases.jsonl'))
}

/** The cases that a filter leaves, repository by repository, so that a repository is laid out once. */
export function readCases(filter: CaseFilter, corpus = CORPUS): readonly EditCase[] {
  const all = readFileSync(join(corpus, 'cases.jsonl'), 'utf8').trim().split('\n').map(line => JSON.parse(line) as EditCase)
  const wanted = all.filter(one => fits(filter.repos, name => one.repo.includes(name)) && fits(filter.engines, name => one.engine === name) && fits(filter.ids, id => one.id.startsWith(id))
    && fits(filter.fields ?? [], name => one.field.startsWith(name)) && fits(filter.entries ?? [], name => one.entry === name))
  const sampled = filter.sample === null ? wanted : stratified(wanted, filter.sample)
  return [...sampled].sort((a, b) => order(a.repo, b.repo) || order(a.id, b.id)).slice(0, filter.limit ?? sampled.length)
}

/** The directory of a case, '' is the root of the repository. */
export function pathOf(one: EditCase): string {
  return one.overlayPath === '.' ? '' : one.overlayPath
}

export function kindOf(one: Pick<EditCase, 'gvk'>): string {
  return one.gvk.slice(one.gvk.lastIndexOf('/') + 1)
}

export function apiVersionOf(one: Pick<EditCase, 'gvk'>): string {
  return one.gvk.slice(0, one.gvk.lastIndexOf('/'))
}

/** The same number of every repository, engine, entry and sort of field, as far as there are any: always the same ones. */
function stratified(all: readonly EditCase[], count: number): readonly EditCase[] {
  const groups = new Map<string, EditCase[]>()
  for (const one of [...all].sort((a, b) => order(a.id, b.id))) {
    const key = `${one.field.replace(/:.*/, '')} ${one.entry} ${one.engine} ${one.repo}`
    groups.set(key, [...groups.get(key) ?? [], one])
  }
  // In an order that has nothing to do with the names, so that a small sample has of everything too.
  const turns = [...groups.keys()].sort((a, b) => order(shuffled(a), shuffled(b))).map(key => groups.get(key) ?? [])
  const longest = Math.max(0, ...turns.map(group => group.length))
  return Array.from({ length: longest }, (_, turn) => turns.flatMap(group => group.slice(turn, turn + 1))).flat().slice(0, count)
}

function shuffled(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

function fits(wanted: readonly string[], test: (value: string) => boolean): boolean {
  return wanted.length === 0 || wanted.some(test)
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
