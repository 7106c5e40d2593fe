import { WritError } from '../../src/model/error.ts'
import { chance } from './draws.ts'

/** The end of a process in the middle of its work: nothing that it would have done afterwards happens. */
export class Crash extends Error {
  constructor() { super('the process is gone') }
}

/** One process of Writ; after a crash nothing of it reaches the world any more. */
export interface Process { readonly name: string, dead: boolean }

/** What one draw may do to a call: `lost` means that it was done and its answer was lost. */
const FAULTS = ['crash before', 'crash after', 'failed', 'lost', 'limited'] as const

/** What changes nothing is befallen less often, as are the store and its leases: nothing would ever come as far as a write elsewhere. */
const READS = /\.(?:tip|tree|worktree|contains|commits|mergeTree|changes|commit|mergeCommit|get|list|find|look|journal)$/

/** The world that all processes share: one seed, one time, and the faults that befall what they do outside of themselves. */
export class Machine {
  readonly random: () => number
  now = Date.parse('2026-01-01T00:00:00Z')
  /** What befell whom, for the message of a failure. */
  readonly log: string[] = []
  /** The part of calls that something befalls. */
  faults: number
  #processes = 0

  constructor(seed: number, faults: number) {
    this.random = chance(seed)
    this.faults = faults
  }

  start(): Process {
    this.#processes += 1
    return { name: `test/${this.#processes}`, dead: false }
  }

  /** Does something outside of a process, or fails as such things fail. `only`: what cannot fail by itself, the process can still end there. */
  async at<T>(process: Process, { name, only }: { readonly name: string, readonly only?: 'crashes' }, work: () => Promise<T> | T): Promise<T> {
    await this.turn()
    if (process.dead) throw new Crash()
    const fault = this.random() < this.faults / (READS.test(name) ? 10 : only === 'crashes' ? 4 : 1) ? FAULTS[Math.floor(this.random() * (only === 'crashes' ? 2 : FAULTS.length))] : undefined
    this.log.push(`${process.name} ${name}${fault === undefined ? '' : `: ${fault}`}`)
    if (fault === 'crash before') this.#end(process)
    if (fault === 'failed') throw new WritError('forge/unreachable', `${name} failed`, { retry: true })
    if (fault === 'limited') throw new WritError('forge/limited', `${name} was one too many`, { retry: true })
    const result = await work()
    if (fault === 'crash after') this.#end(process)
    if (fault === 'lost') throw new WritError('forge/unreachable', `the answer of ${name} was lost`, { retry: true })
    return result
  }

  /** Lets the others go on, now and then. */
  async turn(): Promise<void> {
    for (let i = Math.floor(this.random() * 3); i > 0; i -= 1) await new Promise<void>(resolve => { setImmediate(resolve) })
  }

  #end(process: Process): never {
    process.dead = true
    throw new Crash()
  }
}
