import type { FieldPath } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { objectsAt, textAt, valueAt } from '../../model/json.ts'
import type { Sought } from './look.ts'

/** True where one of these `replacements:` writes the sought field, which it does after the patches of the same kustomization. */
export function isReplaced(replacements: readonly Json[], { target, path }: Pick<Sought, 'target' | 'path'>): boolean {
  return replacements.some(replacement => objectsAt(replacement, 'targets').some(to => {
    const kind = textAt(to, 'select', 'kind')
    const fields = valueAt(to, 'fieldPaths')
    return (kind === undefined || kind === target.kind) && Array.isArray(fields) && fields.some((field: Json) => typeof field === 'string' && leadsTo(field, path))
  }))
}

/** kustomize writes `spec.containers.[name=web].image`, `spec.list.0`, `metadata.annotations.a\.b` and `*` for any item. */
function leadsTo(field: string, path: FieldPath): boolean {
  const steps = field.match(/\[[^\]]*\]|(?:\\.|[^.[\]\\])+/g) ?? []
  return steps.length === path.length && steps.every((step, i) => {
    const wanted = path[i]
    if (step === '*' || wanted === undefined) return true
    const item = /^\[([^=]+)=(.*)\]$/.exec(step)
    if (typeof wanted === 'string') return item === null && step.replaceAll('\\', '') === wanted
    return item === null ? /^\d+$/.test(step) : item[1] === wanted.key && item[2] === String(wanted.value)
  })
}
