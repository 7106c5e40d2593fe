import type { DryRun, Objection } from '../../model/dry-run.ts'
import { objectsAt, textAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { isKubernetesObject } from '../../model/resource.ts'
import { redact } from '../redact.ts'
import type { Answer } from './api-error.ts'

/** The words that every API server has for a right that is missing, whoever decides about rights (responsewriters.Forbidden). */
const NO_RIGHT = /\bUser "(?:[^"\\]|\\.)*" cannot \w+ (?:resource|path) /
/** Webhooks and ValidatingAdmissionPolicies, whatever status they answer with. */
const DENIED = /\bdenied (?:the )?request\b/
/** Apply turns an object into its type before anything validates it, and answers 500 where that fails. */
const NOT_ITS_TYPE = /^failed to (?:create typed patch object|convert new object) \([^)]*\)(?: to proper version)?: (.*)$/s
const MOST_OBJECTIONS = 20
const LONGEST = 500

/** What an answer to a dry run means; null where it is no answer to the question. `sentence` is the error that it would be. */
export function dryRunOf(answer: Answer, sentence: string): DryRun | null {
  const { status, body } = answer
  if ((status === 200 || status === 201) && isKubernetesObject(body)) return { kind: 'made', object: body }
  const message = textAt(body, 'message') ?? ''
  if (/does not support dry run/.test(message)) return { kind: 'unable', sentence }
  if (DENIED.test(message)) return { kind: 'denied', sentence }
  if (status === 403) return { kind: textAt(body, 'kind') === 'Status' && !NO_RIGHT.test(message) ? 'denied' : 'forbidden', sentence }
  if (status === 404) return { kind: 'absent', sentence }
  if (status === 400 || status === 422 || NOT_ITS_TYPE.test(message)) return { kind: 'refused', sentence, objections: objectionsOf(body, message) }
  return status === 409 || status === 413 || status === 415 ? { kind: 'unable', sentence } : null
}

function objectionsOf(body: Json, message: string): readonly Objection[] {
  const untyped = NOT_ITS_TYPE.exec(message)?.[1]
  const found = untyped !== undefined ? untypedObjections(untyped) : undecoded(message)
  const causes = found.length > 0 ? found : objectsAt(body, 'details', 'causes').flatMap(cause => {
    const field = textAt(cause, 'field') ?? ''
    return /^$|^<nil>$|^patch$/.test(field) ? [] : [{ field, sentence: withoutValue(textAt(cause, 'message') ?? '') }]
  })
  const all = causes.length > 0 ? causes : [{ field: null, sentence: tail(message) }]
  return all.slice(0, MOST_OBJECTIONS).map(one => ({ ...one, sentence: redact(one.sentence.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST)) }))
}

/** `.spec.nope: field not declared in schema`, or a list of such lines. */
function untypedObjections(text: string): readonly Objection[] {
  const lines = text.replace(/^errors:\s*/, '').split('\n').map(line => line.trim()).filter(line => line !== '')
  return lines.map(line => {
    const [, field, words] = /^(\.(?:[^":[]|\[[^\]]*\]|"(?:[^"\\]|\\.)*")*): (.*)$/s.exec(line) ?? []
    if (field === undefined || words === undefined) return { field: null, sentence: tail(line) }
    const sentence = words === 'field not declared in schema' ? UNKNOWN : words.replace(/, got (?:&.*|\S+ .*)$/s, ', got another type')
    return { field: field.slice(1).replaceAll(/="((?:[^"\\]|\\.)*)"/g, '=$1'), sentence }
  })
}

const UNKNOWN = 'unknown field'

/** What decoding says: the object itself, quoted before that, is not looked at. */
function undecoded(message: string): readonly Objection[] {
  const strict = /strict decoding error: (?!.*strict decoding error: )(.*)$/s.exec(message)?.[1]
  if (strict !== undefined) return [...strict.matchAll(/(unknown|duplicate) field "((?:[^"\\]|\\.)*)"/g)].map(([, how = '', field = '']) => ({ field, sentence: `${how} field` }))
  const [, got, field, wanted] = /json: cannot unmarshal (\S+) into Go struct field (?:[A-Z][^.\s]*\.)?(\S+) of type (\S+)$/.exec(message) ?? []
  return field === undefined ? [] : [{ field, sentence: `must be of type ${wanted ?? ''}, not ${got ?? ''}` }]
}

/** `Invalid value: -1: must be …` without the value, which may be a whole object with whatever stands in it. */
function withoutValue(message: string): string {
  const value = /^(?:Invalid value|Unsupported value|Duplicate value|Too long|Too many|Not found|Internal error): (?:"(?:[^"\\]|\\.)*"|-?[\d.]+|true|false|null|[[{].*[\]}])(?:: |$)/s.exec(message)
  const rest = value === null ? message : message.slice(value[0].length)
  return rest === '' ? message.slice(0, message.indexOf(':')) : rest
}

/** The last part of words that quote the object before they say what is wrong. */
function tail(message: string): string {
  const after = /^.*[}\]]"?: (.*)$/s.exec(message)?.[1]
  return (after ?? message).replace(/^.*unable to convert unstructured object to [^:]*: /s, '')
}
