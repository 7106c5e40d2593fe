import { parseArgs } from 'node:util'
import type { CaseFilter } from './cases.ts'
import type { Mutation } from './mutate.ts'
import { MUTATIONS } from './mutate.ts'
import type { Trap } from './trap.ts'
import { TRAPS } from './trap.ts'

/** What the benchmark is asked to do. */
export interface Options {
  readonly filter: CaseFilter
  readonly mutate: Mutation | null
  readonly trap: Trap | null
  readonly naive: boolean
  /** Instead of the cases of the benchmark, of each archive: so many made by its rules, or so many random fields. */
  readonly made: number | null
  readonly random: { readonly count: number, readonly seed: number } | null
  readonly keep: string | null
  readonly out: string
  readonly jobs: number
  /** The commit whose program is measured; null is the working tree. */
  readonly commit: string | null
  /** A program that is built already: the file that node is to start. */
  readonly program: string | null
  readonly timeout: number
  readonly corpus: string | null
}

const USAGE = `npm run bench:edit -- [--repo NAME]… [--engine kustomize|plain|helmrelease]… [--entry root|referenced|flux|dir]… [--field NAME]… [--id ID]… [--sample N] [--limit N]
  [--mutate ${MUTATIONS.join('|')}] [--trap ${TRAPS.join('|')}] [--made N] [--random N [--seed N]] [--no-naive] [--jobs 2] [--timeout SECONDS] [--out FILE.jsonl] [--keep FOLDER] [--corpus FOLDER] [--commit REVISION | --program dist/main.js]`

/** Reads the command line; ends the process with the usage where it is none. */
export function readOptions(args: readonly string[]): Options {
  try {
    return parse(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    process.exit(2)
  }
}

function parse(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      repo: { type: 'string', multiple: true }, engine: { type: 'string', multiple: true }, id: { type: 'string', multiple: true }, field: { type: 'string', multiple: true }, entry: { type: 'string', multiple: true }, sample: { type: 'string' }, limit: { type: 'string' },
      mutate: { type: 'string' }, trap: { type: 'string' }, 'no-naive': { type: 'boolean' }, random: { type: 'string' }, made: { type: 'string' }, seed: { type: 'string' }, jobs: { type: 'string' }, timeout: { type: 'string' }, out: { type: 'string' }, keep: { type: 'string' }, corpus: { type: 'string' }, commit: { type: 'string' }, program: { type: 'string' },
    },
  })
  return {
    filter: { repos: values.repo ?? [], engines: values.engine ?? [], ids: values.id ?? [], fields: values.field ?? [], entries: values.entry ?? [], sample: count(values.sample), limit: count(values.limit) },
    mutate: oneOf(MUTATIONS, values.mutate), trap: oneOf(TRAPS, values.trap), naive: values['no-naive'] !== true,
    made: count(values.made), random: values.random === undefined ? null : { count: count(values.random) ?? 1, seed: count(values.seed) ?? 1 },
    keep: values.keep ?? null, out: values.out ?? 'bench-edit.jsonl', jobs: count(values.jobs) ?? 2, timeout: (count(values.timeout) ?? 120) * 1000, corpus: values.corpus ?? null, commit: values.commit ?? null, program: values.program ?? null,
  }
}

function count(text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`${text} is no number of things`)
  return Number(text)
}

function oneOf<Name extends string>(names: readonly Name[], text: string | undefined): Name | null {
  const found = names.find(name => name === text)
  if (text !== undefined && found === undefined) throw new Error(`${text} is none of ${names.join(', ')}`)
  return found ?? null
}
