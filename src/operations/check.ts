import { z } from 'zod'
import { checkChange } from '../flow/check/check-change.ts'
import type { CheckWorld } from '../flow/check/check-change.ts'
import { blocks } from '../model/verdict.ts'
import { checkDocument } from '../views/check-document.ts'
import type { CheckDocument } from '../views/check-document.ts'
import { badInput } from './bad-input.ts'

export type { CheckWorld } from '../flow/check/check-change.ts'
export { checkLines } from '../views/check-lines.ts'
export { checkJunit } from '../views/check-junit.ts'
export { checkMarkdown } from '../views/check-markdown.ts'
export { checkSarif } from '../views/check-sarif.ts'

/** What `writ check` takes. */
export const CheckInput = z.strictObject({
  base: z.string().min(1).max(400).nullable().default(null),
  /** null: the files as they stand, or in a pipeline what it checked out. */
  head: z.string().min(1).max(400).nullable().default(null),
  /** A folder, as the caller wrote it; null: as configured. */
  policies: z.string().min(1).max(4096).nullable().default(null),
  environment: z.string().min(1).max(253).nullable().default(null),
  /** Files with owners' manifests that stand elsewhere, as the caller wrote them, and what they hold. */
  owners: z.array(z.strictObject({ name: z.string().min(1).max(4096), text: z.string().max(5_000_000) })).max(100).default([]),
})

/** Compares what the base and the head of a checkout render, and judges it. Writes nothing. Throws usage/bad-argument, config/invalid, git/…, render/…. */
export async function check(world: CheckWorld, input: unknown, variables: Readonly<Record<string, string | undefined>>): Promise<CheckDocument> {
  const parsed = CheckInput.safeParse(input)
  if (!parsed.success) throw badInput(parsed.error.issues)
  const found = await checkChange(world, { ...parsed.data, variables })
  const denied = found.verdicts.some(blocks)
  const broken = found.deliveries.some(({ status }) => status === 'error')
  return checkDocument(found, denied ? 'POLICY' : broken ? 'RENDER_FAILED' : null)
}
