import type { Change } from '../../model/change.ts'
import { wholeOf } from '../../model/field.ts'
import type { Plan } from '../../model/plan.ts'
import { showAsked } from '../../model/asked.ts'
import { askedObject } from '../../model/plan.ts'
import { showRef } from '../../model/resource.ts'
import type { CommitText } from '../ports.ts'
import type { ChangeRequestText } from '../../model/forge.ts'
import { changePage } from './page/change-page.ts'
import { plainLine, unreferring } from './page/inert.ts'
import type { PageInput } from './page/page-input.ts'
import { argocdReference, coAuthor, oneLine, trailers, withoutSkipMarkers } from './trailers.ts'

/** One line a person reads in a list: `shop-dev: image of web = nginx:1.27 on Deployment shop/web`. */
export function titleOf(plan: Plan): string {
  // What is asked may be long; the object must not fall off the end.
  return plainLine(`${plan.environment.name}: ${plainLine(showAsked(plan), 100)} ${wholeOf(plan.edits) === null ? 'on ' : ''}${showRef(askedObject(plan).target)}`, 220)
}

/** The commit of a change: subject, why, and trailers (editing.md 4.5). Deterministic for a change and its plan. */
export function commitText(change: Change, plan: Plan): CommitText {
  const requester = plan.request.requester
  const name = oneLine(requester.person ?? requester.alias)
  const said = [
    trailers({ 'Writ-Change': change.id, 'Writ-Requested-By': name, 'Writ-Environment': plan.environment.name, 'Writ-Digest': plan.digest, 'Writ-Incident': plan.request.incident }),
    ...(requester.onBehalfOf === undefined ? [] : [coAuthor({ name: requester.onBehalfOf, email: noReply(requester.onBehalfOf) })]),
  ]
  const body = [
    ...(plan.request.reason === null ? [] : [quoteBody(plan.request.reason), '']),
    ...(plan.request.rollbackPlan === null ? [] : ['Rollback plan:', '', quoteBody(plan.request.rollbackPlan), '']),
    `${plan.proof.sentence}, proven by rendering with ${plan.proof.renderer.name} ${plan.proof.renderer.version}.`,
  ]
  return {
    message: withoutSkipMarkers(`${oneLine(titleOf(plan))}\n\n${body.join('\n')}\n\n${said.join('\n')}\n`),
    author: { name, email: requester.email ?? noReply(name) },
    at: change.createdAt,
  }
}

/** The merge commit that Writ makes on forges that have no merge of their own. */
export function mergeText(change: Change, { by, at }: { readonly by: { readonly name: string, readonly email: string }, readonly at: string }): CommitText {
  const { plan, facts: { head } } = change
  const said = [
    trailers({ 'Writ-Change': change.id, 'Writ-Merged-By': by.name, 'Writ-Environment': plan.environment.name }),
    ...(head === undefined ? [] : argocdReference({ sha: head, subject: titleOf(plan), text: commitText(change, plan), repository: plan.owner.source.url })),
  ]
  return {
    message: withoutSkipMarkers(`Merge change ${change.id}: ${oneLine(titleOf(plan))}\n\n${said.join('\n')}\n`),
    author: { name: oneLine(by.name), email: by.email },
    at,
  }
}

/** The address of somebody whose address is not known: a reserved domain, nobody gets mail there. */
export function noReply(name: string): string {
  return `${oneLine(name).replaceAll(/[^A-Za-z0-9._-]/g, '-')}@users.noreply.writ.invalid`
}

/** What the forge shows to reviewers. */
export function changeRequestText(input: PageInput): ChangeRequestText {
  const { plan, facts, id } = input.change
  // Both become a commit message where the forge squashes.
  return { change: id, branch: facts.branch ?? '', base: plan.branch, head: facts.head ?? '', title: input.redact(withoutSkipMarkers(titleOf(plan))), body: changePage(input) }
}

/** A caller's text inside a commit message: indented, so that no line of it can be read as a trailer. */
function quoteBody(text: string): string {
  return unreferring(text).replaceAll('\r', '').split('\n').map(line => `    ${line}`.trimEnd()).join('\n')
}
