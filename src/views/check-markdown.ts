import { countsOf, showObject } from './check-document.ts'
import type { CheckDelivery, CheckDocument, CheckVerdict } from './check-document.ts'
import { fieldWords } from './check-fields.ts'
import { sentenceOf } from './check-lines.ts'

/** Forges cut a comment at 65,536 characters or refuse it. */
const LARGEST = 60_000
/** One text that comes from the repository. */
const LONGEST = 600
/** By this a pipeline finds its own comment again, to edit it in place. */
const MARKER = '<!-- writ-check -->'

/**
 * A check as a comment on a pull request, under 60 kB. Everything that comes from the repository, names and messages alike, stands in code spans: no mention,
 * link, picture, heading or HTML in it is one.
 */
export function checkMarkdown(found: CheckDocument): string {
  const told = [...found.verdicts].filter(({ result }) => result !== 'pass' && result !== 'skip').sort((a, b) => WEIGHT.indexOf(a.result) - WEIGHT.indexOf(b.result))
  const sections: readonly (readonly string[])[] = [
    [MARKER, '', `### Writ check: ${found.status === 'passed' ? 'passed' : 'blocked'}`, '', sentenceOf(found), ''],
    ...found.deliveries.filter(({ status }) => status === 'error').map(({ name, error, file, line }) => [`- **error**: ${code(name)} does not render: ${code(error ?? '')} (${code(`${file}:${line}`)})`]),
    ...told.length === 0 ? [] : [['', '| verdict | policy | object | environment | message | where |', '|---|---|---|---|---|---|'], ...told.map(one => [verdictRow(one)]), ['']],
    ...found.deliveries.filter(({ status }) => status === 'changed').map(deliverySection),
    ...found.unchecked.length === 0 ? [] : [['', '**Not checked as deployed**', ''], ...found.unchecked.map(({ what, because, asItStands, file, line }) => [`- ${code(what)}: ${code(because)}${asItStands ? '; its folder was checked as it stands' : ''} (${code(`${file}:${line}`)})`])],
  ]
  const foot = ['', `Base ${code(found.base.commit.slice(0, 12))}, head ${found.head === null ? 'the files as they stand' : code(found.head.slice(0, 12))}; policies ${code(found.rules.policies)} at ${code(found.rules.commit.slice(0, 12))}, bundle ${code(found.rules.bundle.slice(0, 12))}; ${countsOf(found)}.`, '']
  return fitted(sections, foot)
}

const WEIGHT: readonly CheckVerdict['result'][] = ['error', 'deny', 'warn', 'audit']

function verdictRow({ result, preExisting, policy, object, environment, message, file, line }: CheckVerdict): string {
  const cells = [`${result}${preExisting ? ' (was so before)' : ''}`, code(policy), code(showObject(object)), code(environment), code(message ?? 'no message'), code(`${file}:${line}`)]
  return `| ${cells.join(' | ')} |`
}

function deliverySection({ name, warning, changes }: CheckDelivery): readonly string[] {
  const lines = changes.flatMap(change => [
    `${{ changed: '!', added: '+', removed: '-' }[change.change]} ${showObject(change.object)}`,
    ...change.change === 'changed' ? change.fields.map(field => `    ${fieldWords(field)}`) : [],
  ])
  const text = lines.map(plain)
  const fence = '`'.repeat(Math.max(3, ...text.map(one => longestRun(one) + 1)))
  return [
    '', `<details><summary>${changes.length} rendered object${changes.length === 1 ? '' : 's'} of ${html(name)}</summary>`, '',
    ...warning === null ? [] : [`The base does not render, so that everything counts as new: ${code(warning)}`, ''],
    `${fence}diff`, ...text, fence, '', '</details>',
  ]
}

/** Whole sections as long as there is room; what is left out is said. */
function fitted(sections: readonly (readonly string[])[], foot: readonly string[]): string {
  const end = foot.join('\n')
  const kept: string[] = []
  let size = bytes(end) + 200
  let left = 0
  for (const section of sections) {
    const text = `${section.join('\n')}\n`
    if (size + bytes(text) > LARGEST) left += 1
    else {
      size += bytes(text)
      kept.push(text)
    }
  }
  return `${kept.join('')}${left === 0 ? '' : `\nLeft out here, because a comment holds no more: ${left} more rows or sections. They are in the output of the pipeline.\n`}${end}`
}

function bytes(text: string): number {
  // At most four bytes for each character of the widest kind, three for any other that is not plain.
  let size = 0
  for (const character of text) size += character.length === 2 ? 4 : character > '\u007f' ? 3 : 1
  return size
}

/** A code span on one line, in which nothing means anything. */
function code(text: string): string {
  const flat = plain(text)
  const cut = flat.length > LONGEST ? `${flat.slice(0, LONGEST)}…` : flat
  const fence = '`'.repeat(longestRun(cut) + 1)
  const padded = cut === '' || cut.startsWith('`') || cut.endsWith('`') ? ` ${cut} ` : cut
  // A bar ends a cell of a table, also in a code span.
  return `${fence}${padded.replaceAll('|', '¦')}${fence}`
}

/** One line without control characters and without those that turn the direction of text around. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are the point
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, '')
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
}

function html(text: string): string {
  return `<code>${plain(text).replace(/[&<>"'@#!:/[\]()*_~`\\|]/g, character => `&#${character.charCodeAt(0)};`)}</code>`
}
