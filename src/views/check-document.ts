import type { Check, CheckedDelivery, CheckedVerdict, FilePlace, Unchecked } from '../model/check.ts'
import { showPath } from '../model/field.ts'
import type { Json } from '../model/json.ts'
import { showOwner } from '../model/owner.ts'
import { apiVersionOf } from '../model/resource.ts'
import type { ObjectRef } from '../model/resource.ts'
import type { Verdict } from '../model/verdict.ts'
import { withoutSecrets } from './changed-object.ts'

/** An object as a check names it. */
export interface CheckObject { readonly apiVersion: string, readonly kind: string, readonly namespace: string | null, readonly name: string }

/** A field that differs. At the empty path stands the whole object; a value that is not there is left out. */
interface CheckField { readonly path: string, readonly before?: Json, readonly after?: Json }

/** A rendered object that differs. */
export interface CheckChange {
  readonly object: CheckObject
  readonly change: 'changed' | 'added' | 'removed'
  readonly fields: readonly CheckField[]
  /** Lists whose order alone differs, and means nothing. */
  readonly reordered: readonly string[]
  readonly environments: readonly string[]
  readonly file: string
  readonly line: number
}

/** One folder as it is deployed. */
export interface CheckDelivery {
  /** `Application argocd/shop from apps/shop`, or the folder alone where no owner names it. */
  readonly name: string
  readonly owner: { readonly kind: string, readonly namespace: string, readonly name: string } | null
  readonly path: string
  readonly status: CheckedDelivery['status']
  readonly error: string | null
  readonly warning: string | null
  readonly file: string
  readonly line: number
  readonly changes: readonly CheckChange[]
}

/** One policy's word on one object. */
export interface CheckVerdict extends Pick<Verdict, 'policy' | 'binding' | 'result' | 'preExisting' | 'severity' | 'message'> {
  readonly object: CheckObject
  readonly delivery: string
  readonly environment: string
  /** The policy's file, in the policy folder. */
  readonly policyFile: string
  readonly file: string
  readonly line: number
}

/** What `writ check` answers: the shape of `-o json` (docs/check.md). */
export interface CheckDocument {
  readonly kind: 'Check'
  readonly status: 'passed' | 'blocked'
  /** What blocks: POLICY, RENDER_FAILED, or nothing. */
  readonly code: 'POLICY' | 'RENDER_FAILED' | null
  readonly base: Check['base']
  /** null: the files as they stand. */
  readonly head: string | null
  readonly rules: Check['rules']
  readonly files: readonly string[]
  readonly counts: Readonly<Record<Verdict['result'] | 'renderErrors' | 'unchecked', number>>
  readonly deliveries: readonly CheckDelivery[]
  readonly verdicts: readonly CheckVerdict[]
  readonly unchecked: readonly (Omit<Unchecked, 'place'> & FilePlace)[]
}

/** A check as a document; what Secrets hold is not in it. */
export function checkDocument(found: Check, code: CheckDocument['code']): CheckDocument {
  const count = (result: Verdict['result']): number => found.verdicts.filter(verdict => verdict.result === result).length
  return {
    kind: 'Check', status: code === null ? 'passed' : 'blocked', code, base: found.base, head: found.head, rules: found.rules, files: found.files,
    counts: {
      deny: count('deny'), error: count('error'), warn: count('warn'), audit: count('audit'), pass: count('pass'), skip: count('skip'),
      renderErrors: found.deliveries.filter(({ status }) => status === 'error').length, unchecked: found.unchecked.length,
    },
    deliveries: found.deliveries.map(deliveryOf), verdicts: found.verdicts.map(verdictOf),
    unchecked: found.unchecked.map(({ place, ...one }) => ({ ...one, ...place })),
  }
}

function deliveryOf(delivery: CheckedDelivery): CheckDelivery {
  const { owner, carrier, path, status, error, warning, place } = delivery
  const folder = path === '' ? '.' : path
  return {
    name: owner === null ? folder : `${showOwner(owner)} from ${folder}${carrier === null ? '' : ` (brought by ${carrier})`}`,
    owner: owner === null ? null : { kind: owner.kind, namespace: owner.namespace, name: owner.name }, path: folder, status, error, warning, ...place,
    changes: delivery.changes.map(change => ({
      object: objectOf(change.object), change: change.kind,
      fields: withoutSecrets(change).fields.map(field => ({ path: showPath(field.path), ...field.before === undefined ? {} : { before: field.before }, ...field.after === undefined ? {} : { after: field.after } })),
      reordered: change.reordered, environments: change.environments, ...change.place,
    })),
  }
}

function verdictOf({ policy, binding, result, preExisting, severity, message, ref, delivery, environment, file, place }: CheckedVerdict): CheckVerdict {
  return { policy, binding, result, preExisting, severity, message, object: objectOf(ref), delivery, environment, policyFile: file, ...place }
}

function objectOf(ref: ObjectRef): CheckObject {
  return { apiVersion: apiVersionOf(ref), kind: ref.kind, namespace: ref.namespace, name: ref.name }
}

/** `Deployment shop/web`. */
export function showObject({ kind, namespace, name }: CheckObject): string {
  return namespace === null ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}

/** `3 denials, 1 policy error, 2 warnings`, as far as there are any. */
export function countsOf({ counts }: CheckDocument): string {
  const parts = ([[counts.deny, 'denial'], [counts.error, 'policy error'], [counts.renderErrors, 'render error'], [counts.warn, 'warning'], [counts.audit, 'audit note'], [counts.pass, 'pass']] as const)
    .filter(([amount]) => amount > 0).map(([amount, noun]) => `${amount} ${noun}${amount === 1 ? '' : noun === 'pass' ? 'es' : 's'}`)
  return parts.length === 0 ? 'no verdicts' : parts.join(', ')
}
