import type { Forge } from '../../flow/ports.ts'
import type { ForgeConfig } from '../../model/config.ts'
import { WritError } from '../../model/error.ts'
import type { ChangeRequestRows } from '../change-request-rows.ts'
import { plainForge } from './plain.ts'

/** What the forges are made of beside their configuration. */
export interface ForgeParts { readonly rows: ChangeRequestRows }

/** The forge of one entry of writ.yaml. Throws usage/not-supported for a kind that this version does not speak with. */
export function openForge(config: Pick<ForgeConfig, 'name' | 'kind'>, parts: ForgeParts): Forge {
  switch (config.kind) {
    case 'plain': return plainForge({ name: config.name, rows: parts.rows })
    case 'github':
    case 'gitlab':
    case 'gitea':
      throw new WritError('usage/not-supported', `The forge ${config.name} is of kind ${config.kind}, which this version does not speak with.`, {
        hint: 'With kind: plain Writ pushes to the same repository and keeps the change requests itself, where its user may push to the branch.',
      })
  }
}
