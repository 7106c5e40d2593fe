import { showRef } from '../../../model/resource.ts'
import type { Verdict } from '../../../model/verdict.ts'
import type { Admission } from '../admission.ts'
import type { Said } from './said.ts'

/** What a verdict is about. */
export interface RegoSubject { readonly policy: string, readonly binding: string, readonly severity: string | null, readonly file: string, readonly admission: Admission }

/** One verdict. */
export function regoVerdict({ policy, binding, severity, file, admission }: RegoSubject, result: Verdict['result'], more: Partial<Pick<Verdict, 'message' | 'preExisting'>> = {}): Verdict {
  return { policy, binding, object: showRef(admission.ref), result, preExisting: more.preExisting ?? false, severity, message: more.message ?? null, file }
}

/** What a rule says to an object; what it said to the object before the change in the same words was so before, and warns. */
export function regoVerdicts(subject: RegoSubject, action: 'deny' | 'warn' | 'audit', said: { readonly now: Said, readonly before: Said | null }): readonly Verdict[] {
  if ('failed' in said.now) return [regoVerdict(subject, 'error', { message: said.now.failed })]
  const old = said.before === null || 'failed' in said.before ? [] : said.before.messages
  const fresh = said.now.messages.filter(message => !old.includes(message))
  const known = said.now.messages.filter(message => old.includes(message))
  const found = [
    ...fresh.length === 0 ? [] : [regoVerdict(subject, action, { message: fresh.join('; ') })],
    ...known.length === 0 ? [] : [regoVerdict(subject, action === 'deny' ? 'warn' : action, { message: known.join('; '), preExisting: true })],
  ]
  return found.length > 0 ? found : [regoVerdict(subject, 'pass')]
}
