import type { ApplicationSet } from '../../model/application-set/applications.ts'
import { findParam, lookupsIn } from '../../model/application-set/params.ts'
import type { ParamSet } from '../../model/application-set/params.ts'
import { fieldAt, showPath } from '../../model/field.ts'
import type { Edit, FieldPath } from '../../model/field.ts'
import { sameJson, valueAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'

/** A value in a file that a generator reads. */
export interface FileInput { readonly file: string, readonly steps: readonly (string | number)[], readonly before: Json, readonly after: Json }

/** Where one field of a generated Application is decided: in the manifest of the set, in a file, or in nothing that can be edited. */
export type Input = Edit | FileInput | { readonly because: string, readonly hint: string }

/** An edit of one field, what the Application is made of, and whether the template makes no other one. */
export interface InputAsk { readonly params: ParamSet, readonly only: boolean, readonly edit: Edit }

/** Looks for what gives a field its value: the parameter that the template looks up there, or the template itself. */
export function inputOf({ name, namespace, spec }: ApplicationSet, { params, only, edit }: InputAsk): Input {
  const path: FieldPath = ['spec', 'template', ...edit.path]
  const template = fieldAt({ spec }, path)
  const shown = showPath(path)
  const parameter = typeof template === 'string' ? parameterIn({ spec, params, edit }, template) : null
  if (parameter !== null) return parameter
  const literal = template !== undefined && !JSON.stringify(template).includes('{{')
  if (only && literal) return { path, before: template, after: edit.after }
  if (template === undefined) return { because: `${shown} is not there, and what is added to the template changes all of its Applications`, hint: 'Give the template a parameter there, with a value for each of them.' }
  if (literal) return { because: `${shown} says it for all of its Applications`, hint: `Give the template a parameter there and each of them its value; or change ${shown} where all of them may change: writ set field applicationset/${name} -n ${namespace} ${shown}=VALUE.` }
  return { because: `${shown} is made by an expression, ${JSON.stringify(template)}, that no value can be found for`, hint: `Change what its generators read, or ${shown}, by hand.` }
}

/** The value of the one parameter that a template holds, where the text around it stays. */
function parameterIn({ spec, params, edit }: { readonly spec: ApplicationSet['spec'], readonly params: ParamSet, readonly edit: Edit }, template: string): Input | null {
  const go = valueAt(spec, 'goTemplate') === true
  const [expression, ...more] = lookupsIn(template, go)
  if (expression === undefined || expression.looked === null || more.length > 0 || typeof edit.after !== 'string') return null
  const found = findParam(params, expression.looked, go)
  if (found === null) return null
  const [start, end] = [template.slice(0, expression.index), template.slice(expression.index + expression.whole.length)]
  if (`${start}${end}`.includes('{{') || !edit.after.startsWith(start) || !edit.after.endsWith(end) || edit.after.length < start.length + end.length) return null
  const after = asWritten(found.value, edit.after.slice(start.length, edit.after.length - end.length))
  const says = `${showPath(['spec', 'template', ...edit.path])} is ${JSON.stringify(template)}`
  if (found.source.kind === 'fixed') return { because: `${says}, and that is ${found.source.what}`, hint: 'What is called otherwise is another folder or file: move it by hand.' }
  if (found.source.kind === 'cluster') return ofCluster(says, { key: found.steps.join('.'), secret: found.source.secret })
  if (found.source.kind === 'file') return { file: found.source.file, steps: [...found.source.steps, ...found.steps], before: found.value, after }
  const path = [...found.source.at, ...found.steps]
  const before = fieldAt({ spec }, path)
  // What is made by an expression of its own is written nowhere.
  return sameJson(before, found.value) ? { path, before, after } : null
}

/** What a cluster Secret says stands in no file that Writ may edit. */
function ofCluster(says: string, { key, secret }: { readonly key: string, readonly secret: string | null }): Input {
  if (secret === null) return { because: `${says}, and that is the ${key} of the cluster that Argo CD runs in`, hint: 'Give the template another parameter there, or change it by hand.' }
  return { because: `${says}, and that is ${key} of the cluster Secret ${secret}, which Writ never edits`, hint: `Change ${key} of Secret ${secret} where it is kept, or give the template a parameter there that an element or a file has.` }
}

/** A number stays one where it can. */
function asWritten(before: Json, after: string): Json {
  if (typeof before === 'number' && String(Number(after)) === after) return Number(after)
  return typeof before === 'boolean' && (after === 'true' || after === 'false') ? after === 'true' : after
}
