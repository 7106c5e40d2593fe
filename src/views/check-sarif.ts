import type { JsonObject } from '../model/json.ts'
import { showObject } from './check-document.ts'
import type { CheckDocument, CheckVerdict } from './check-document.ts'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'
/** More results than GitHub takes of one run. */
const MOST = 25_000

interface Finding { readonly rule: string, readonly level: 'error' | 'warning' | 'note', readonly message: string, readonly file: string, readonly line: number, readonly about: string, readonly more: JsonObject }

/** A check as SARIF 2.1.0: one rule for each policy that says something, one result for each verdict that is no pass, and for what does not render. */
export function checkSarif(found: CheckDocument, version: string): JsonObject {
  const findings = [...found.deliveries.flatMap(renderFindings), ...found.verdicts.flatMap(verdictFinding)].slice(0, MOST)
  const rules = [...new Set(findings.map(({ rule }) => rule))]
  return {
    $schema: SCHEMA, version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'Writ', version, rules: rules.map(id => ruleOf(id, found)) } },
      invocations: [{ executionSuccessful: !findings.some(({ rule, more }) => rule === RENDER || more['result'] === 'error') }],
      originalUriBaseIds: { SRCROOT: { description: { text: 'The root of the repository.' } } },
      results: findings.map(({ rule, level, message, file, line, about, more }) => ({
        ruleId: rule, ruleIndex: rules.indexOf(rule), level, message: { text: message },
        locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file), uriBaseId: 'SRCROOT' }, region: { startLine: line } }, logicalLocations: [{ fullyQualifiedName: about, kind: 'resource' }] }],
        // The same finding is the same after lines have moved.
        partialFingerprints: { 'writ/v1': `${rule} ${about} ${typeof more['delivery'] === 'string' ? more['delivery'] : ''}` },
        properties: more,
      })),
    }],
  }
}

const RENDER = 'writ/does-not-render'

function renderFindings({ name, error, warning, file, line }: CheckDocument['deliveries'][number]): readonly Finding[] {
  const of = (level: 'error' | 'warning', message: string): Finding => ({ rule: RENDER, level, message, file, line, about: name, more: { delivery: name } })
  return [...error === null ? [] : [of('error', `${name} does not render: ${error}`)], ...warning === null ? [] : [of('warning', `The base of ${name} does not render, so that everything in it counts as new: ${warning}`)]]
}

function verdictFinding(verdict: CheckVerdict): readonly Finding[] {
  const { policy, result, object, message, preExisting, environment, delivery, severity, file, line } = verdict
  if (result === 'pass' || result === 'skip') return []
  const level = result === 'deny' || result === 'error' ? 'error' : result === 'warn' ? 'warning' : 'note'
  const said = `${showObject(object)}: ${message ?? 'no message'}${result === 'error' ? ' (the policy could not be evaluated)' : preExisting ? ' (was so before)' : ''}`
  return [{ rule: policy, level, message: said, file, line, about: showObject(object), more: { result, preExisting, environment, delivery, severity } }]
}

function ruleOf(id: string, found: CheckDocument): JsonObject {
  const policy = found.verdicts.find(verdict => verdict.policy === id)
  if (policy === undefined) return { id, shortDescription: { text: 'Everything that is deployed must render.' } }
  return { id, shortDescription: { text: `Policy ${id} (${policy.policyFile})` }, ...policy.severity === null ? {} : { properties: { 'problem.severity': policy.severity } } }
}

/** A path as a relative URI reference; half a character is none. */
function uriOf(path: string): string {
  return path.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd').split('/').map(encodeURIComponent).join('/')
}
