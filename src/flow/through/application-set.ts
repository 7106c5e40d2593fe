import { fieldAt, samePath, showPath, withField } from '../../model/field.ts'
import type { Edit, FieldPath } from '../../model/field.ts'
import { isList, isObject, objectsAt, sameJson, textAt, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { compareObjects } from '../compare.ts'

/** Edits of an ApplicationSet that change one of its Applications as asked and no other, or why there are none, with where people change it. */
export type SetEdits = { readonly edits: readonly Edit[] } | { readonly because: string, readonly hint: string }

/** An expression that only looks a parameter up: `{{name}}`, or with goTemplate `{{ .a.b }}`. */
const LOOKUP = /\{\{-?\s*(\.?)([\w.-]+)\s*-?\}\}/g

interface Element { readonly at: FieldPath, readonly values: JsonObject }

/**
 * Turns edits of a generated Application into edits of the ApplicationSet (argocd-flux.md 1.3): an element of a list generator where a parameter of the template
 * gives the value, the template where it makes this one Application only. What is generated of the edited set must differ from before in exactly the asked fields.
 */
export function setEdits(set: KubernetesObject, app: KubernetesObject, edits: readonly Edit[]): SetEdits {
  const name = `ApplicationSet ${textAt(set, 'metadata', 'name') ?? ''}`
  const strange = unread(set)
  if (strange !== null) return { because: `${name} has ${strange}`, hint: `Change it in the manifest of ${name} by hand.` }
  const elements = elementsOf(set)
  const own = elements.filter(({ values }) => textAt(generated(set, values), 'metadata', 'name') === textAt(app, 'metadata', 'name'))
  const [element, ...twice] = own
  if (element === undefined || twice.length > 0) return elsewhere(set, edits, { name, why: element === undefined ? 'no element of a list generator of it makes this Application' : 'several of its elements make an Application of this name' })
  const found: Edit[] = []
  for (const edit of edits) {
    const one = placeOf(set, { element, only: elements.length === 1 && objectsAt(set, 'spec', 'generators').length === 1, edit })
    if ('because' in one) return { because: `${name}: ${one.because}`, hint: one.hint }
    if (!found.some(known => samePath(known.path, one.path))) found.push(one)
  }
  return exactly(set, { element, edits, found }) ? { edits: found } : { because: `${name} would change more of the Application than was asked`, hint: `Change it in the manifest of ${name} by hand.` }
}

/** The first thing in the set that decides about an Application in a way that is not read here. */
function unread(set: KubernetesObject): string | null {
  if (valueAt(set, 'spec', 'templatePatch') !== undefined) return 'spec.templatePatch, which may change what the template says'
  if (objectsAt(set, 'spec', 'ignoreApplicationDifferences').length > 0) return 'spec.ignoreApplicationDifferences, so that fields of its Applications are left alone'
  const sync = textAt(set, 'spec', 'syncPolicy', 'applicationsSync')
  if (sync === 'create-only' || sync === 'create-delete') return `spec.syncPolicy.applicationsSync ${sync}, so that it never changes Applications that are there`
  const own = objectsAt(set, 'spec', 'generators').findIndex(generator => Object.values(generator).some(one => valueAt(one, 'template') !== undefined))
  return own < 0 ? null : `spec.generators[${own}] with a template of its own`
}

/** Elements of list generators at the top. */
function elementsOf(set: KubernetesObject): readonly Element[] {
  const generators = valueAt(set, 'spec', 'generators')
  return (isList(generators) ? generators : []).flatMap((generator, i) => {
    const elements = valueAt(generator, 'list', 'elements')
    return (isList(elements) ? elements : []).flatMap((values, j) => isObject(values) ? [{ at: ['spec', 'generators', String(i), 'list', 'elements', String(j)], values }] : [])
  })
}

/** What an element makes of the template; an expression that does more than look a parameter up stands as it is. */
function generated(set: KubernetesObject, values: JsonObject): JsonObject {
  const go = valueAt(set, 'spec', 'goTemplate') === true
  const put = (value: Json | undefined): Json | undefined => typeof value === 'string' ? value.replaceAll(LOOKUP, (whole, dot: string, name: string) => lookup(values, { go, dot, name }) ?? whole)
    : isList(value) ? value.map(item => put(item) ?? null) : isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [put(key) ?? key, put(item)])) : value
  const made = put(valueAt(set, 'spec', 'template'))
  return isObject(made) ? made : {}
}

/** With goTemplate a name has a dot before it and dots mean maps; without it dots mean them only in flattened names. */
function lookup(values: JsonObject, { go, dot, name }: { readonly go: boolean, readonly dot: string, readonly name: string }): string | null {
  if (go !== (dot === '.')) return null
  const found = valueAt(values, name) ?? fieldAt(values, name.split('.'))
  return typeof found === 'string' ? found : typeof found === 'number' || typeof found === 'boolean' ? String(found) : null
}

function placeOf(set: KubernetesObject, { element, only, edit }: { readonly element: Element, readonly only: boolean, readonly edit: Edit }): Edit | { readonly because: string, readonly hint: string } {
  const path: FieldPath = ['spec', 'template', ...edit.path]
  const template = fieldAt(set, path)
  const shown = showPath(path)
  const parameter = typeof template === 'string' ? parameterIn(set, element, { template, edit }) : null
  if (parameter !== null) return parameter
  const literal = template !== undefined && !JSON.stringify(template).includes('{{')
  if (only && literal) return { path, before: template, after: edit.after }
  if (template === undefined) return { because: `${shown} is not there, and what is added to the template changes all of its Applications`, hint: `Give the template a parameter there, with a value in each element.` }
  if (literal) return { because: `${shown} says it for all of its Applications`, hint: `Give the template a parameter there and each element its value; or change ${shown} where all of them may change: writ set field applicationset/${textAt(set, 'metadata', 'name') ?? ''} -n ${textAt(set, 'metadata', 'namespace') ?? ''} ${shown}=VALUE.` }
  return { because: `${shown} is made by an expression, ${JSON.stringify(template)}, that no value of its elements can be found for`, hint: `Change the elements or ${shown} by hand.` }
}

/** The value of the one parameter that a template holds, where the text around it stays. */
function parameterIn(set: KubernetesObject, element: Element, { template, edit }: { readonly template: string, readonly edit: Edit }): Edit | null {
  const [match, ...more] = [...template.matchAll(LOOKUP)]
  if (match === undefined || more.length > 0 || typeof edit.after !== 'string') return null
  const [whole, dot = '', name = ''] = match
  if (lookup(element.values, { go: valueAt(set, 'spec', 'goTemplate') === true, dot, name }) === null) return null
  const [start, end] = [template.slice(0, match.index), template.slice(match.index + whole.length)]
  if (`${start}${end}`.includes('{{') || !edit.after.startsWith(start) || !edit.after.endsWith(end) || edit.after.length < start.length + end.length) return null
  const steps = valueAt(element.values, name) === undefined ? name.split('.') : [name]
  const path = [...element.at, ...steps]
  return { path, before: fieldAt(set, path), after: edit.after.slice(start.length, edit.after.length - end.length) }
}

/** True where the edited set makes another Application of this element only, and only in the asked fields. */
function exactly(set: KubernetesObject, { element, edits, found }: { readonly element: Element, readonly edits: readonly Edit[], readonly found: readonly Edit[] }): boolean {
  const edited = found.reduce<Json | undefined>((all, edit) => withField(all, edit.path, edit.after), set)
  if (!isObject(edited)) return false
  const after = { ...set, ...edited }
  const values = fieldAt(after, element.at)
  if (!isObject(values)) return false
  const app = (of: JsonObject): KubernetesObject => ({ apiVersion: '', kind: '', ...of, metadata: isObject(of['metadata']) ? of['metadata'] : {} })
  const { fields } = compareObjects(app(generated(set, element.values)), app(generated(after, values)))
  const wanted = edits.reduce<Json | undefined>((all, edit) => withField(all, edit.path, edit.after), generated(set, element.values))
  return fields.length > 0 && sameJson(wanted, generated(after, values)) && !mayMean(set, found)
}

/** An expression that is not read may use a parameter that changes. */
function mayMean(set: KubernetesObject, found: readonly Edit[]): boolean {
  const rest = JSON.stringify(valueAt(set, 'spec', 'template') ?? {}).replaceAll(LOOKUP, '')
  return /\{\{/.test(rest) && found.some(({ path }) => { const last = path.at(-1); return path[1] === 'generators' && typeof last === 'string' && rest.includes(last) })
}

/** What other generators read is named, so that a person finds it. */
function elsewhere(set: KubernetesObject, edits: readonly Edit[], { name, why }: { readonly name: string, readonly why: string }): SetEdits {
  const files = objectsAt(set, 'spec', 'generators').flatMap(generator => objectsAt(generator, 'git', 'files').map(file => `${textAt(file, 'path') ?? ''} of ${textAt(generator, 'git', 'repoURL') ?? ''}`))
  const kinds = objectsAt(set, 'spec', 'generators').flatMap(generator => Object.keys(generator).filter(key => key !== 'list' && key !== 'selector'))
  const expressions = edits.flatMap(({ path }) => { const template = fieldAt(set, ['spec', 'template', ...path]); return template === undefined ? [] : [`spec.template.${showPath(path)} is ${JSON.stringify(template)}`] })
  const from = files.length > 0 ? `the files that its git generator reads (${files.join(', ')})` : kinds.length > 0 ? `what its ${[...new Set(kinds)].join(' and ')} generator gives` : 'its elements'
  return { because: `${name}: ${why}${expressions.length === 0 ? '' : `; ${expressions.join(', ')}`}`, hint: `Change ${from}, or its template, by hand.` }
}
