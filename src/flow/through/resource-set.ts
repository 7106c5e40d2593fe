import { fieldAt, samePath, showPath, withField } from '../../model/field.ts'
import type { Edit, FieldPath } from '../../model/field.ts'
import { canonical, isList, isObject, sameJson } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { ObjectChange } from '../../model/plan.ts'
import { buildSet } from '../../model/resource-set/build-set.ts'
import type { SetObject } from '../../model/resource-set/build-set.ts'
import { expressionOf } from '../../model/resource-set/evaluate.ts'
import type { NotRead } from '../../model/resource-set/evaluate.ts'
import { refKey, refOf } from '../../model/resource.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { compareRenders } from '../fields/compare.ts'

/** Edits of a ResourceSet that reach what is asked of one of its objects: all that then changes, and all objects before and after. */
export interface SetReach { readonly edits: readonly Edit[], readonly changes: readonly ObjectChange[], readonly before: readonly KubernetesObject[], readonly after: readonly KubernetesObject[] }

/** The object that a ResourceSet makes, or what in the set is not read. */
export function madeIn(set: KubernetesObject, target: ObjectRef): SetObject | NotRead {
  const built = buildSet(set)
  if ('because' in built) return built
  return built.objects.find(({ object }) => refKey(refOf(object)) === refKey(target)) ?? { because: 'no template of it makes this object', at: ['spec'] }
}

/**
 * Turns edits of an object that a ResourceSet makes into edits of the set: of the literal in the template, or of the input that the field prints. The set with the edits
 * must make exactly the asked object; what else it then makes otherwise is in the changes.
 */
export function resourceSetEdits(set: KubernetesObject, own: SetObject, edits: readonly Edit[]): SetReach | NotRead {
  const found: Edit[] = []
  for (const edit of edits.filter(({ path, after }) => !sameJson(fieldAt(own.object, path), after))) {
    const one = editOf(set, own, edit)
    if ('because' in one) return one
    const known = found.find(({ path }) => samePath(path, one.path))
    if (known !== undefined && !sameJson(known.after, one.after)) return { because: `${showPath(one.path)} would have to have two values`, at: one.path }
    if (known === undefined) found.push(one)
  }
  const edited = found.reduce<Json | undefined>((all, edit) => withField(all, edit.path, edit.after), set)
  const [before, after] = [buildSet(set), buildSet(isObject(edited) ? { ...set, ...edited } : set)]
  if ('because' in before) return before
  if ('because' in after) return after
  const wanted = edits.reduce<Json | undefined>((all, edit) => withField(all, edit.path, edit.after), own.object)
  const made = after.objects.find(({ object }) => refKey(refOf(object)) === refKey(refOf(own.object)))
  if (canonical(made?.object) !== canonical(wanted)) return { because: 'the set would then make another object than was asked', at: found[0]?.path ?? own.at }
  const [old, now] = [before.objects.map(({ object }) => object), after.objects.map(({ object }) => object)]
  return { edits: found, changes: compareRenders(old, now), before: old, after: now }
}

function editOf(set: KubernetesObject, own: SetObject, edit: Edit): Edit | NotRead {
  const way = templatePath(fieldAt(set, own.at), own.object, edit.path)
  const at: FieldPath = [...own.at, ...way ?? edit.path]
  if (way === null) return { because: `nobody can say where its template has ${showPath(edit.path)}`, at: own.at }
  if (JSON.stringify(edit.after ?? null).includes('<<')) return { because: 'the asked value would be an expression in the template', at }
  const template = fieldAt(set, at)
  if (template === undefined || !JSON.stringify(template).includes('<<')) return { path: at, before: template, after: edit.after }
  const expression = typeof template === 'string' ? expressionOf(template) : null
  if (expression === null || own.inputs === null) return { because: `${showPath(at)} is ${JSON.stringify(template)}, which is not one input between plain characters`, at }
  const path = [...own.inputs.at, ...expression.steps]
  const before = fieldAt(set, path)
  if (before === undefined) return { because: `${showPath(at)} is ${JSON.stringify(template)}, and no input of the set has that value`, at }
  const after = inputOf(before, edit.after, expression)
  return after === undefined ? { because: `${showPath(at)} is ${JSON.stringify(template)}, of which no input makes ${JSON.stringify(edit.after ?? null)}`, at } : { path, before, after }
}

/** The value of the input by which the field becomes what is asked, of the type that it has where it can be. */
function inputOf(before: Json, asked: Json | undefined, { start, end }: { readonly start: string, readonly end: string }): Json | undefined {
  if (typeof asked !== 'string' && typeof asked !== 'number' && typeof asked !== 'boolean') return undefined
  const text = String(asked)
  if (!text.startsWith(start) || !text.endsWith(end) || text.length < start.length + end.length) return undefined
  const value = text.slice(start.length, text.length - end.length)
  if (typeof before === 'number' && String(Number(value)) === value) return Number(value)
  return typeof before === 'boolean' && (value === 'true' || value === 'false') ? value === 'true' : value
}

/** The way to a field in the template: an item of a list is found in what was made of it, and has the name there that the template gives it. Null where there is no such item. */
function templatePath(template: Json | undefined, made: Json | undefined, path: FieldPath): FieldPath | null {
  const way: FieldPath[number][] = []
  let [here, there] = [template, made]
  for (const step of path) {
    let next = step
    if (typeof step !== 'string') {
      const index = isList(there) ? there.findIndex(item => isObject(item) && sameJson(item[step.key], step.value)) : -1
      const item = isList(here) ? here[index] : undefined
      const name = isObject(item) ? item[step.key] : undefined
      if (typeof name !== 'string' && typeof name !== 'number') return null
      next = { key: step.key, value: name }
      if (isList(here) && here.filter(one => isObject(one) && sameJson(one[step.key], name)).length > 1) return null
    }
    way.push(next)
    here = fieldAt(here, [next])
    there = fieldAt(there, [step])
  }
  return way
}
