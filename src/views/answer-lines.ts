import { changeLines, describeLines, evidenceLines } from './change-lines.ts'
import type { ChangeDocument, ChangeSummary, InterruptedDocument, NoChangeDocument, PlanDocument, PlanFields, RefusalDocument } from './documents.ts'
import { line, nextLines } from './line.ts'
import type { Line } from './line.ts'
import { planLines } from './plan-lines.ts'
import { steerLines } from './steer-lines.ts'
import { age, table } from './table.ts'

export function refusalLines(refusal: RefusalDocument): readonly Line[] {
  return [line(`Refused ${refusal.code}: ${refusal.message}`, 'bad'), ...evidenceLines(refusal.evidence), ...nextLines(refusal.hint)]
}

/** The answer of a change verb. */
export function answerLines(answer: PlanDocument | RefusalDocument | NoChangeDocument | ChangeDocument | InterruptedDocument): readonly Line[] {
  switch (answer.kind) {
    case 'Plan': return [...shownPlan(answer), line(''), line('Dry run: nothing was written.', 'good'), ...answer.next === null ? [] : [line(`Next: ${answer.next}`, 'title')]]
    case 'Refusal': return refusalLines(answer)
    case 'NoChange': return [line(`No change: ${answer.message}`, 'good')]
    case 'Interrupted': return [line(answer.message, 'warn')]
    case 'Change': return answer.existed === true
      ? [line(`The same request stands already as change/${answer.id}.`, 'dim'), ...changeLines(answer)]
      : changeLines(answer)
  }
}

function shownPlan(plan: PlanFields): readonly Line[] {
  return plan.steer === undefined ? planLines(plan) : steerLines(plan, plan.steer)
}

/** A change with its plan, votes and journal. */
export function describedLines(change: ChangeDocument): readonly Line[] {
  return [...shownPlan(change.plan), ...describeLines(change), line(''), ...changeLines(change)]
}

/** Changes in a table as wide as the terminal; wide adds who, the owner and the branch, and cuts nothing. */
export function listLines(items: readonly ChangeSummary[], { now, wide, columns }: { readonly now: string, readonly wide: boolean, readonly columns?: number | null }): readonly Line[] {
  if (items.length === 0) return [line('No changes.', 'dim')]
  const head = ['NAME', 'STATUS', 'TARGET', 'CHANGE', 'ENVIRONMENT', 'AGE', 'WAITS FOR', ...wide ? ['CLUSTER', 'ASKED BY', 'OWNER', 'BRANCH'] : []]
  return table(head, items.map(item => [
    `change/${item.id}`, item.status, item.target, item.what, item.environment, age(item.createdAt, now),
    item.waiting === null ? (item.status === 'open' ? item.step : '-') : `${item.waiting.for}: ${item.waiting.sentence.replace(/^waits for /, '')}`,
    ...wide ? [item.cluster, item.requester, item.owner, item.branch ?? '-'] : [],
  ]), wide ? null : columns)
}
