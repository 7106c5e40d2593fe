import { showObject } from './check-document.ts'
import type { CheckDelivery, CheckDocument, CheckVerdict } from './check-document.ts'

/** A check as JUnit XML: a suite for each delivery, in it one case that it renders, and one for each policy and object. */
export function checkJunit(found: CheckDocument): string {
  const suites = found.deliveries.map(delivery => suiteOf(delivery, found.verdicts.filter(verdict => verdict.delivery === delivery.name)))
  const total = suites.reduce((sum, { counts }) => sum.map((amount, i) => amount + (counts[i] ?? 0)), [0, 0, 0, 0])
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="writ check"${countsOf(total)}>\n${suites.map(({ text }) => text).join('')}</testsuites>\n`
}

function suiteOf(delivery: CheckDelivery, verdicts: readonly CheckVerdict[]): { readonly text: string, readonly counts: readonly number[] } {
  const counts = [verdicts.length + 1, verdicts.filter(({ result }) => result === 'deny').length, verdicts.filter(({ result }) => result === 'error').length + (delivery.error === null ? 0 : 1), verdicts.filter(({ result }) => result === 'skip').length]
  const cases = [renders(delivery), ...verdicts.map(caseOf)]
  return { counts, text: `  <testsuite name="${xml(delivery.name)}"${countsOf(counts)}>\n${cases.join('')}  </testsuite>\n` }
}

function countsOf([tests = 0, failures = 0, errors = 0, skipped = 0]: readonly number[]): string {
  return ` tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}"`
}

function renders({ name, error, warning, file, line }: CheckDelivery): string {
  const inner = error !== null ? `      <error message="${xml(error)}" type="render"/>\n` : warning !== null ? `      <system-out>${xml(`the base does not render: ${warning}`)}</system-out>\n` : ''
  return element({ name: 'renders', about: name, file, line, inner })
}

function caseOf({ policy, object, environment, result, message, preExisting, severity, file, line }: CheckVerdict): string {
  const said = message ?? 'no message'
  const inner = {
    deny: `      <failure message="${xml(said)}" type="${xml(severity ?? 'policy')}"/>\n`, error: `      <error message="${xml(said)}" type="policy"/>\n`,
    skip: `      <skipped message="${xml(said)}"/>\n`, pass: '',
    warn: `      <system-out>${xml(`warning${preExisting ? ' (was so before)' : ''}: ${said}`)}</system-out>\n`, audit: `      <system-out>${xml(`audit: ${said}`)}</system-out>\n`,
  }[result]
  return element({ name: `${policy}: ${showObject(object)} in ${environment}`, about: policy, file, line, inner })
}

function element({ name, about, file, line, inner }: { readonly name: string, readonly about: string, readonly file: string, readonly line: number, readonly inner: string }): string {
  const head = `    <testcase name="${xml(name)}" classname="${xml(about)}" file="${xml(file)}" line="${line}"`
  return inner === '' ? `${head}/>\n` : `${head}>\n${inner}    </testcase>\n`
}

/** Also what XML 1.0 cannot hold is left out. */
function xml(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are the point
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
    .replace(/[&<>"'\n\r\t]/g, character => `&#${character.charCodeAt(0)};`)
}
