import type { z } from 'zod'
import type { AbortSignalLike } from '../flow/ports.ts'
import type { World } from '../flow/world.ts'
import type { Identity } from '../model/request.ts'
import type { Line } from '../views/line.ts'

/** Who asks, and what the operation may use. The door fills it; gates read the plan, never the door. */
export interface Caller {
  readonly world: World
  readonly identity: Identity
  /** One line per change of state, for a person who waits. */
  readonly progress: (line: string) => void
  /** Aborted where the person stops waiting; state is kept. */
  readonly signal: AbortSignalLike
  /** Does what writes nothing, and what comes before anything was written: where the person interrupts it, the process may end in the middle. */
  readonly looking: <T>(work: () => Promise<T>) => Promise<T>
  /** Hides what looks like a secret: an input that it would change is refused, because what is written is not redacted. */
  readonly redact: (text: string) => string
}

/** The doors through which an operation can be reached. Approve, reject and merge never have an agent's door. */
export interface Doors { readonly cli: boolean, readonly mcp: boolean, readonly http: boolean }

/** Every answer says what it is: doors print it, and choose the exit code by it. */
export interface Answer { readonly kind: string }

/** How an answer is wanted as text. `now` is an ISO time, for ages; `columns` the width of the terminal, null where there is none. */
export interface Style { readonly wide: boolean, readonly now: string, readonly columns: number | null }

/** One entry of the menu: one definition serves every door. */
export interface Operation<Input, Output extends Answer> {
  readonly name: string
  readonly summary: string
  readonly doors: Doors
  /** True where nothing is ever written. */
  readonly reads: boolean
  /** What it does first and what may take seconds: doors say it to a person who waits for that. */
  readonly doing?: string
  readonly input: z.ZodType<Input>
  /** True where it goes on answering questions until it is stopped: doors then keep at hand who owns what. */
  readonly resident?: (input: Input) => boolean
  /** An answer that needs no world and that must come before the input is looked through for secrets; null where there is none. */
  readonly first?: (input: Input) => Output | null
  readonly run: (caller: Caller, input: Input) => Promise<Output>
  /** The answer for a person. */
  readonly show: (answer: Output, style: Style) => readonly Line[]
}

/** For people only. */
export const PEOPLE: Doors = { cli: true, mcp: false, http: false }
/** For every door that there is or will be. */
export const ALL: Doors = { cli: true, mcp: true, http: true }
