import type { JsonObject } from '../../model/json.ts'
import { objectAt, omit, textAt, valueAt } from '../../model/json.ts'
import { ApiError, badValue, invalid } from './api-error.ts'
import type { Kind } from './kind.ts'
import { shaped } from './shape.ts'

/** A rule as RBAC writes it; `namespaces` narrows it, without them it holds in all and for what has none. */
export interface Rule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly namespaces?: readonly string[]
}

/** Who a token belongs to, and what it may do. */
export interface Account { readonly token: string, readonly user: string, readonly rules: readonly Rule[] }

/** Something somebody wants to do: to a resource, or to a path that is none. */
export type Attempt =
  | { readonly verb: string, readonly path: string }
  | { readonly verb: string, readonly group: string, readonly resource: string, readonly subresource: string, readonly namespace: string, readonly name: string }

export const ALL_RIGHTS: readonly Rule[] = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verbs: ['*'], nonResourceURLs: ['*'] }]

/** What every token may do: look around, and ask about itself. */
const EVERYBODY: readonly Rule[] = [
  { verbs: ['get'], nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/healthz', '/livez', '/openapi', '/openapi/*', '/readyz', '/version'] },
  { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews'] },
]

/** Throws 403 in the server's words where the account may not do it. */
export function demand(account: Account, attempt: Attempt): void {
  if (allows(account, attempt)) return
  const cannot = `User ${JSON.stringify(account.user)} cannot ${attempt.verb}`
  if ('path' in attempt) throw new ApiError(403, `forbidden: ${cannot} path ${JSON.stringify(attempt.path)}`, { details: {} })
  const { group, resource, subresource, namespace, name } = attempt
  const place = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope'
  const what = `${cannot} resource ${JSON.stringify(subresource ? `${resource}/${subresource}` : resource)} in API group ${JSON.stringify(group)} ${place}`
  const details = { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: resource }
  throw new ApiError(403, `${resource}${group ? `.${group}` : ''} ${name ? `${JSON.stringify(name)} ` : ''}is forbidden: ${what}`, { details })
}

function allows(account: Account, attempt: Attempt): boolean {
  return [...EVERYBODY, ...account.rules].some(rule => covers(rule, attempt))
}

function covers(rule: Rule, attempt: Attempt): boolean {
  const has = (list: readonly string[] | undefined, value: string): boolean => list?.some(item => item === '*' || item === value) ?? false
  if (!has(rule.verbs, attempt.verb)) return false
  if ('path' in attempt) return rule.nonResourceURLs?.some(url => url.endsWith('*') ? attempt.path.startsWith(url.slice(0, -1)) : url === attempt.path) ?? false
  const { group, resource, subresource, namespace, name } = attempt
  return has(rule.apiGroups, group) && (has(rule.resources, subresource ? `${resource}/${subresource}` : resource) || (subresource !== '' && has(rule.resources, `*/${subresource}`)))
    && (rule.resourceNames === undefined || rule.resourceNames.includes(name)) && (rule.namespaces === undefined || rule.namespaces.includes(namespace))
}

/** Who may be asked about: the one who asks, and all accounts. */
export interface Asking { readonly account: Account, readonly accounts: readonly Account[] }

/** Answers an access review, one's own or that of a user. Throws 422 for a question about nothing. */
export function reviewed(kind: Kind, body: JsonObject, { account, accounts }: Asking): JsonObject {
  const review = objectAt(shaped(omit(body, ['kind', 'apiVersion', 'status']), kind.schema, { path: '', unknown: [] }))
  const [resource, path, user = ''] = [valueAt(review, 'spec', 'resourceAttributes'), valueAt(review, 'spec', 'nonResourceAttributes'), textAt(review, 'spec', 'user')]
  const refused = (field: string, why: string): ApiError => invalid({ group: kind.group, plural: '', kind: '' }, '', [badValue(field, undefined, why)])
  if ((resource === undefined) === (path === undefined)) throw refused('spec.resourceAttributes', 'exactly one of nonResourceAttributes or resourceAttributes must be specified')
  const own = kind.kind === 'SelfSubjectAccessReview'
  if (!own && user === '') throw refused('spec.user', 'at least one of user or group must be specified')
  const text = (name: string): string => textAt(resource ?? path, name) ?? ''
  const attempt = resource === undefined ? { verb: text('verb'), path: text('path') }
    : { verb: text('verb'), group: text('group'), resource: text('resource'), subresource: text('subresource'), namespace: text('namespace'), name: text('name') }
  const asked = own ? account : accounts.find(other => other.user === user)
  return { kind: kind.kind, apiVersion: kind.groupVersion, ...review, status: { allowed: asked !== undefined && allows(asked, attempt) } }
}
