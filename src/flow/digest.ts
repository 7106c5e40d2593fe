import { createHash } from 'node:crypto'
import { showPath } from '../model/field.ts'
import type { Edit } from '../model/field.ts'
import type { Json } from '../model/json.ts'
import { canonical } from '../model/json.ts'
import type { ObjectChange, Plan, Proven } from '../model/plan.ts'
import type { Target } from '../model/resource.ts'
import type { Ask } from '../model/request.ts'
import type { SteerOrder } from '../model/steering.ts'
import { refKey } from '../model/resource.ts'

/** sha256 in hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * The digest that approvals are bound to (DESIGN.md section 2): request, target, changed fields before and after, blast radius,
 * route, policy bundle and, where the owner is behind, what else ships. Commits, blobs and times are not in it,
 * so that a foreign push to the base voids no approval while what will be deployed is the same.
 */
export function digestOf(plan: Proven & Pick<Plan, 'route' | 'policyBundle'>): string {
  const { request, target } = plan
  return sha256(canonical({
    request: {
      verb: request.verb, asks: request.asks.map(askJson), scope: request.scope, requester: request.requester.person ?? request.requester.alias,
      reason: request.reason, incident: request.incident, rollbackPlan: request.rollbackPlan, place: request.place,
    },
    target: { ...targetJson(target), uid: target.uid ?? null },
    changes: changesJson(plan.proof.changes),
    blast: plan.blast.map(entry => ({ path: entry.path, changes: entry.changes === null ? null : changesJson(entry.changes), error: entry.error !== null })),
    ...plan.through === undefined ? {} : { through: plan.through.map(one => changesJson(one.changes)) },
    route: plan.route,
    policies: plan.policyBundle,
    alsoShips: plan.alsoShips === null ? null : plan.alsoShips.hash,
  }))
}

/** The digest of what is done to an owner: what approvals of it cover. Objects that come and go below the owner do not void them; environments do. */
export function steerDigest(plan: Omit<Plan, 'digest'>, { verb, until, prune, pause, environments }: SteerOrder): string {
  const { request, target, base } = plan
  return sha256(canonical({
    verb, until, prune, pause: pause === null ? null : { ...pause }, environments, base: verb === 'sync' ? base : null,
    requester: request.requester.person ?? request.requester.alias, reason: request.reason, incident: request.incident,
    owner: { ...targetJson(target), uid: target.uid ?? null }, alsoShips: plan.alsoShips === null ? null : plan.alsoShips.hash, policies: plan.policyBundle,
  }))
}

/** The idempotency key: environment, target and normalised edits (DESIGN.md section 2); of a rollback also what it goes back from, since the change that set those values once may still be on its way. */
export function changeKey(plan: Pick<Plan, 'environment' | 'target'> & Asked & Partial<Pick<Plan, 'base' | 'request'>>): string {
  if (plan.steer !== undefined) return sha256(canonical({ target: targetJson(plan.target), verb: plan.steer.verb, until: plan.steer.until, prune: plan.steer.prune, base: plan.base ?? null }))
  const edits = askedOf(plan).map(edit => ({ path: showPath(edit.path), after: edit.after })).sort((a, b) => (a.path < b.path ? -1 : 1))
  return sha256(canonical({ environment: plan.environment.name, target: targetJson(plan.target), edits, ...backOf(plan) }))
}

function backOf({ request }: Partial<Pick<Plan, 'request'>>): { readonly back?: string | null } {
  const ask = request?.asks.find(one => one.kind === 'rollback')
  return ask === undefined ? {} : { back: ask.change ?? ask.to }
}

/** True where two plans set exactly the same fields of the same object, whatever the values. The whole object is a field, too. */
export function sameFields(a: Pick<Plan, 'target'> & Asked, b: Pick<Plan, 'target'> & Asked): boolean {
  const paths = (plan: Asked): string => plan.steer !== undefined ? `steer ${plan.steer.verb}` : askedOf(plan).map(edit => showPath(edit.path)).sort().join('\n')
  return a.target.cluster === b.target.cluster && refKey(a.target) === refKey(b.target) && paths(a) === paths(b)
}

type Asked = Pick<Plan, 'edits' | 'asked' | 'steer'>

/** As they were asked: the leaves of a change depend on the commit that it is made on. */
function askedOf({ edits, asked = edits }: Asked): readonly Edit[] {
  return asked
}

/** `writ/<env>/<app>/<8 hex of repo|base|target>-<8 hex of change>` (DESIGN.md section 2). */
export function branchName(plan: Plan, change: string): string {
  const where = sha256(canonical([plan.owner.source.url, plan.branch, targetJson(plan.target)])).slice(0, 8)
  return `writ/${safePart(plan.environment.name)}/${safePart(plan.owner.name)}/${where}-${sha256(change).slice(0, 8)}`
}

/** A hash over changes between two renders. */
export function hashChanges(changes: readonly ObjectChange[]): string {
  return sha256(canonical(changesJson(changes)))
}

function safePart(text: string): string {
  const clean = text.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-').replaceAll(/\.{2,}/g, '.').replaceAll(/^[.-]+|[.-]+$/g, '').replace(/\.lock$/, '')
  return clean === '' ? 'unnamed' : clean.slice(0, 60).replace(/[.-]+$/, '')
}

function targetJson(target: Target): Record<string, string | null> {
  return { cluster: target.cluster, group: target.group, kind: target.kind, namespace: target.namespace, name: target.name }
}

function askJson(ask: Ask): Json {
  if (ask.kind !== 'rollback') return { ...ask }
  const { fields, notes, ...rest } = ask
  return { ...rest, notes, fields: fields.map(({ path, now, was }) => ({ path: showPath(path), now, was })) }
}

function changesJson(changes: readonly ObjectChange[]): Json {
  return changes.map(change => ({
    object: refKey(change.object),
    kind: change.kind,
    reordered: change.reordered,
    fields: change.fields.map(field => ({ path: showPath(field.path), before: field.before, after: field.after })),
  }))
}
