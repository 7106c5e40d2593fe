import type { Person, WritConfig } from '../../model/config.ts'
import type { EnvironmentFile } from '../../model/environment.ts'

/** The whole configuration folder, checked; every path in it is absolute. */
export interface Config {
  /** The folder, absolute. */
  readonly dir: string
  /** Names the folder's store: its own name and 8 hex digits of its real path. */
  readonly id: string
  readonly writ: WritConfig
  /** `file:line:column` of the secret that a forge's credentials name, by the forge's name. */
  readonly secretPlaces: ReadonlyMap<string, string>
  readonly people: readonly Person[]
  /** In the order of their file names. */
  readonly environments: readonly EnvironmentFile[]
}
