import type { Setup } from '../../operations/init/setup.ts'
import type { Machine } from '../../operations/doctor.ts'
import type { CheckWorld } from '../../operations/check.ts'
import type { EditWorld } from '../../operations/edit.ts'
import type { Caller } from '../../operations/operation.ts'
import type { Json } from '../../model/json.ts'

/** A world to work in, who is calling, and the end of it. */
export type Connection = Pick<Caller, 'world' | 'identity'> & {
  /** Who owns what, kept at hand from now on; never rejects: what cannot be followed is asked for each time. */
  readonly owners: { hold(): Promise<void> }
  close(): Promise<void>
}

/** What the door is handed by main.ts. Everything heavy is loaded when it is called, never before. */
export interface Parts {
  /** Where the configuration is: the flag, else the environment, else the default. */
  configFolder(flag: string | null, env: Readonly<Record<string, string | undefined>>): { readonly dir: string, readonly from: string }
  /** `tell` hears what is waited for. Throws config/missing, config/invalid. */
  connect(options: { readonly dir: string, readonly tell: (line: string) => void }): Promise<Connection>
  /** What `init` needs before there is a configuration. */
  setup(options: { readonly dir: string }): Promise<Setup>
  /** The checkout that Writ was called in, for `edit`. */
  editing(): Promise<EditWorld>
  /** The checkout that Writ was called in, for `check`; `variables` are those of the pipeline. Throws git/failed where it is none. */
  checking(options: { readonly dir: string, readonly from: string }): Promise<{ readonly world: CheckWorld, readonly variables: Readonly<Record<string, string | undefined>>, readonly close: () => Promise<void> }>
  /** What `doctor` looks at. `tell` hears what is waited for. */
  machine(options: { readonly dir: string, readonly from: string, readonly tell: (line: string) => void }): Promise<Machine>
  /** Runs a command of the sandbox, which prints for itself; gives the exit code. */
  sandbox(command: SandboxCommand, options: Readonly<Record<string, Json>>): Promise<number>
  /** Stands before every output. */
  redact(text: string): string
  redactJson(value: Json): Json
}

export type SandboxCommand = 'demo' | 'up' | 'kube'

/** Where the door writes, and what it may know of the terminal. */
export interface Io {
  out(text: string): void
  err(text: string): void
  readonly colour: boolean
  /** The width of the terminal; null where the answer goes into a file or another program, which want all of it. */
  readonly columns: number | null
  readonly env: Readonly<Record<string, string | undefined>>
  /** The name it was called by: `writ`, or `kubectl writ`. */
  readonly program: string
  /** What to type to call it again from here: `npx writ`, `node dist/main.js`, or the name. */
  readonly command: string
  /** Milliseconds after which a person wants to know what takes so long. */
  readonly patience: number
  /** Calls back at each Ctrl-C or request to end, with the number of the signal, until the returned function is called. */
  onInterrupt(call: (signal: number) => void): () => void
  /** Ends the process at once. */
  exit(code: number): void
}
