import { countsOf, showObject } from './check-document.ts'
import type { CheckChange, CheckDelivery, CheckDocument, CheckVerdict } from './check-document.ts'
import { fieldWords } from './check-fields.ts'
import { counted, line, row } from './line.ts'
import type { Line, Tone } from './line.ts'

/** Of many fields the first tell the story; the JSON has all. */
const MOST_FIELDS = 12

/** A check for a person. */
export function checkLines(found: CheckDocument): readonly Line[] {
  const told = found.verdicts.filter(({ result }) => result !== 'pass' && result !== 'skip')
  return [
    headline(found),
    ...row('Base', [`${found.base.commit} (${found.base.by})`], 'dim'),
    ...row('Head', [found.head ?? 'the files as they stand'], 'dim'),
    ...row('Policies', [`${isInRepository(found.rules.policies) ? `${found.rules.policies} at ${found.rules.commit}` : found.rules.policies}, bundle ${found.rules.bundle.slice(0, 12)}`], 'dim'),
    ...row('Environments', [found.rules.configuration === null ? 'none are configured: everything is judged as in prod' : found.rules.configuration.startsWith('/') ? found.rules.configuration : `${found.rules.configuration} at ${found.rules.commit}`], 'dim'),
    ...found.deliveries.filter(({ status }) => status !== 'same').flatMap(deliveryLines),
    ...told.length === 0 ? [] : [line(''), line('Verdicts', 'title'), ...told.flatMap(verdictLines)],
    ...found.unchecked.length === 0 ? [] : [line(''), line('Not checked as deployed', 'title'), ...found.unchecked.flatMap(({ what, because, asItStands, file, line: at }) => row('unchecked', [`${what}: ${because}${asItStands ? '; its folder was checked as it stands' : ''} (${file}:${at})`], 'warn'))],
  ]
}

/** The whole outcome in one sentence. */
export function sentenceOf(found: CheckDocument): string {
  const objects = found.deliveries.reduce((sum, { changes }) => sum + changes.length, 0)
  const changed = `${counted(found.files.length, 'file')} changed, ${counted(objects, 'rendered object')} ${objects === 1 ? 'differs' : 'differ'}`
  return `${found.status === 'passed' ? 'Nothing stands against it' : 'Blocked'}: ${changed}; ${countsOf(found)}.`
}

/** Others are read from where they are: from this machine, or with this program. */
function isInRepository(policies: string): boolean {
  return !policies.startsWith('/') && !policies.includes(' ')
}

function headline(found: CheckDocument): Line {
  return line(sentenceOf(found), found.status === 'passed' ? 'good' : 'bad')
}

/** No line begins with what a repository says: a pipeline takes `::error::` at the beginning of one for a command. */
function deliveryLines({ name, owner, error, warning, changes, file, line: at }: CheckDelivery): readonly Line[] {
  return [
    line(''), line(owner === null ? `Folder ${name}` : name, 'title'),
    ...error === null ? [] : row('error', [`the head does not render: ${error} (${file}:${at})`], 'bad'),
    ...warning === null ? [] : row('warning', [`the base does not render, so that everything counts as new: ${warning}`], 'warn'),
    ...changes.flatMap(changeLines),
  ]
}

function changeLines(change: CheckChange): readonly Line[] {
  const tone: Tone = change.change === 'added' ? 'added' : change.change === 'removed' ? 'removed' : 'plain'
  const head = line(`  ${{ changed: '~', added: '+', removed: '-' }[change.change]} ${showObject(change.object)}  ${change.file}:${change.line}  ${change.environments.join(', ')}`, tone)
  if (change.change !== 'changed') return [head]
  const more = change.fields.length - MOST_FIELDS
  return [
    head, ...change.fields.slice(0, MOST_FIELDS).map(field => line(`    . ${fieldWords(field)}`)),
    ...more > 0 ? [line(`    and ${counted(more, 'more field')}`, 'dim')] : [], ...change.reordered.map(path => line(`    . ${path}: reordered, which means nothing here`, 'dim')),
  ]
}

function verdictLines({ result, policy, object, preExisting, message, environment, file, line: at }: CheckVerdict): readonly Line[] {
  const tone: Tone = result === 'warn' || result === 'audit' ? 'warn' : 'bad'
  return row(result, [`${policy} on ${showObject(object)} in ${environment}${preExisting ? ' (was so before)' : ''}: ${message ?? 'no message'} (${file}:${at})`], tone)
}
