import type { FieldPath } from '../../../../src/model/field.ts'
import type { Json } from '../../../../src/model/json.ts'
import type { ObjectRef } from '../../../../src/model/resource.ts'
import type { BlastEntry, ObjectChange, Plan } from '../../../../src/model/plan.ts'
import type { PageInput } from '../../../../src/flow/publish/page/page-input.ts'
import { redact } from '../../../../src/outside/redact.ts'
import { change, plan } from '../../../fixtures/plan.ts'

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const PIECES = [
  '`', '``', '```', '````', '\n', '\n\n', '\r\n', ' ', '  ', '\t', '|', '\\', '\\|', '\\\\|', '/', '/approve', '/merge', '/close', '@bo', '@acme/owners', '#1', 'acme/shop#2', 'GH-3', 'ABC-4', '!5', '~label', '%milestone', '$6', '&7', '^8',
  'fixes', 'fixes #1', 'Closes: #2', 'resolves https://git.example/a/b/-/issues/1', 'implements ABC-12', 'closing ', 'fix', 'https://evil.example', 'http://', 'www.evil.example', 'mailto:a@b.example', 'a@b.example',
  '<b>', '</details>', '<details>', '<summary>', '</summary>', '<!--', '-->', '--', '--!>', '<script>', '<img src=x>', '&lt;', '&#64;', '![x](y)', '[x](y)', '[x]: y', '[^1]', '[[wiki]]', '[ ]', '- ', '* ', '+ ', '1. ', '# ', '> ', '>>>', '---', '===', '***', '___', '~~~',
  ':tada:', '**', '_', '~~', '$`', '`$', '$$', '{+', '+}', '\u200b', '\u202e', '\u2066', '\ufeff', '\u0000', '\u001b[31m', '\u2028', '\u00a0', '\ud800', '😀', 'é', '日本', 'deadbeefcafe', '0123456789abcdef', 'password=abc`', 'token: x', '[skip ci]', '[ci-skip]', '[no ci]', '***NO_CI***', 'word', 'Word.', '(see', 'x)', '"q"', "don't", '…', '3', '12.5', 'ghp_0123456789abcdefghijABCDEFGHIJ012345',
]

/** A plan in which every text that comes from outside is hostile. */
export function hostilePage(next: () => number, bodyLimit: number): PageInput {
  const { pick, text, list } = drawn(next)
  const value = (): Json | undefined => [text(), pick(100), null, true, [text()], { [text(3)]: text() }, undefined][pick(7)]
  const ref = (): ObjectRef => ({ group: text(3), version: 'v1', kind: text(3), namespace: pick(2) === 0 ? null : text(3), name: text(4) })
  const path = (): FieldPath => list(5, () => pick(3) === 0 ? { key: 'name', value: text(3) } : text(3))
  const objectChange = (): ObjectChange => ({ object: ref(), kind: (['changed', 'changed', 'added', 'removed'] as const)[pick(4)] ?? 'changed', fields: list(4, () => ({ path: path(), before: value(), after: value() })), reordered: list(2, () => text(4)), follows: [text(3)] })
  const owner = { ...plan().owner, destination: { cluster: text(3), namespace: pick(2) === 0 ? null : text(3) }, name: text(4), namespace: text(4), source: { ...plan().owner.source, url: text(4) }, delivery: { ...plan().owner.delivery, automated: pick(2) === 0, behindBecause: text(), promotion: { branch: text(3), url: '', dry: null, hydrated: null, synced: null } } }
  const blast = (): BlastEntry => ({ path: text(4), owners: list(3, () => ({ ...owner })), environments: list(3, () => text(3)), changes: pick(3) === 0 ? null : list(3, objectChange), error: pick(2) === 0 ? null : text(), ...pick(3) === 0 ? { by: text() } : {} })
  const verdict = (): Plan['verdicts'][number] => ({ policy: text(4), binding: text(2), object: text(4), result: (['pass', 'warn', 'deny', 'error', 'skip'] as const)[pick(5)] ?? 'pass', preExisting: pick(2) === 0, severity: null, message: text(), file: 'x' })
  const made: Plan = plan({
    request: { ...plan().request, asks: [{ kind: 'env', container: text(2), name: text(2), value: text() }], reason: text(40), incident: text(), rollbackPlan: text(40), requester: { person: null, kind: pick(2) === 0 ? 'ai' : 'human', groups: [], email: null, via: 'os-user', alias: text(4), onBehalfOf: text(3) } },
    target: { ...ref(), cluster: text(3) }, owner, branch: text(4), places: list(4, () => text(5)), diff: list(12, () => `${'+- '[pick(3)] ?? ''}${text()}`).join('\n'), notes: list(3, () => text()),
    proof: { renderer: { name: text(2), version: text(3) }, beforeHash: text(2), afterHash: text(2), sentence: text(5), changes: list(4, objectChange) },
    blast: list(4, blast), alsoShips: pick(2) === 0 ? null : { since: text(3), because: text(), changes: list(3, objectChange), hash: 'h', environments: list(2, () => text(3)) },
    server: list(3, () => ({ object: ref(), cluster: text(2), asked: (['dry run', 'schema', 'not asked'] as const)[pick(3)] ?? 'schema', because: text(), warnings: list(3, () => text()) })),
    through: list(3, () => ({ target: { ...ref(), cluster: text(2) }, owner, ownerEvidence: [], edits: [], changes: list(2, objectChange), sentence: text() })),
    environment: { ...plan().environment, name: text(3), known: pick(4) !== 0, verify: { stability: text(2) } }, environmentClass: (['dev', 'prod'] as const)[pick(2)] ?? 'prod', mergesItself: pick(2) === 0,
    verdicts: list(4, verdict), digest: text(2),
    needs: { count: pick(3), senior: pick(2) === 0, groups: list(2, () => text(2)), seniorGroup: text(2), signed: pick(2) === 0 },
  })
  return { change: change({ plan: made }), people: list(3, () => ({ name: text(3), kind: 'human', groups: [] })), can: { mergedBy: 'forge', reviews: true, comments: true, bodyLimit }, redact }
}

/** A change that has ended in any way, with hostile people and controllers. */
export function hostileComment(next: () => number): PageInput {
  const { pick, text, list } = drawn(next)
  const input = hostilePage(next, 65_536)
  const at = '2026-01-01T09:00:00.000Z'
  const status = (['open', 'verified', 'rejected', 'cancelled', 'superseded', 'failed', 'refused'] as const)[pick(7)] ?? 'open'
  return {
    ...input,
    change: {
      ...input.change, status, step: (['approve', 'merge', 'verify'] as const)[pick(3)] ?? 'merge',
      waiting: pick(4) === 0 ? null : { for: (['people', 'forge', 'controller'] as const)[pick(3)] ?? 'forge', sentence: text(), next: pick(2) === 0 ? null : text() },
      ended: status === 'open' || status === 'verified' ? null : { code: pick(2) === 0 ? 'DECLINED' : text(3), message: text(20), evidence: list(4, () => ({ sentence: text(), at: text() })) },
      facts: {
        ...input.change.facts, mergeCommit: text(3), mergedAt: at, endedAt: at, mergedOutside: { by: text(3), missing: pick(2) === 0 ? null : text() },
        votes: { head: input.change.facts.head ?? '', approved: list(3, () => ({ person: text(3), at, via: 'forge' })), missing: text(), against: list(3, () => text(3)), ignored: list(4, () => ({ who: text(3), reason: text() })) },
        ...pick(2) === 0 ? {} : { regressed: { at, sentence: text() } },
        ...pick(2) === 0 ? {} : { verified: { revision: text(2), mergeCommit: text(2), fields: [], health: text(), at, sentences: [text()] } },
      },
    },
  }
}

function drawn(next: () => number): { readonly pick: (below: number) => number, readonly text: (most?: number) => string, readonly list: <T>(most: number, make: () => T) => readonly T[] } {
  const pick = (below: number): number => Math.floor(next() * below)
  return {
    pick,
    text: (most = 12) => Array.from({ length: pick(most) }, () => PIECES[pick(PIECES.length)] ?? '').join(pick(3) === 0 ? ' ' : ''),
    list: (most, make) => Array.from({ length: pick(most) }, make),
  }
}
