import type { EditCase } from './cases.ts'
import { apiVersionOf, kindOf } from './cases.ts'
import type { Fields, Manifest, Value } from './manifests.ts'
import { isFields, isList } from './manifests.ts'

/** A way into an object: keys, and for an item of a list the value of its `name`. */
type Step = string | { readonly named: string }

/** The objects that a case names. */
export function targetsOf(one: EditCase, manifests: readonly Manifest[]): readonly Fields[] {
  return manifests.flatMap(({ value }) => {
    if (!isFields(value) || value['apiVersion'] !== apiVersionOf(one) || value['kind'] !== kindOf(one)) return []
    const metadata = value['metadata']
    return isFields(metadata) && metadata['name'] === one.name && (metadata['namespace'] ?? null) === one.ns ? [value] : []
  })
}

/** Where the field of a case stands in its object (testing.md 6.2). */
export function stepsOf(one: EditCase): readonly Step[] {
  if (one.field === 'replicas') return ['spec', 'replicas']
  if (one.field.startsWith('values:')) return ['spec', 'values', ...pointerSteps(one.field.slice('values:'.length))]
  if (one.field.startsWith('pointer:')) return pointerSteps(one.field.slice('pointer:'.length))
  const pod = { Pod: ['spec'], CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'] }[kindOf(one)] ?? ['spec', 'template', 'spec']
  const init = one.container?.startsWith('init:') === true
  const container = [...pod, init ? 'initContainers' : 'containers', { named: (one.container ?? '').replace(/^init:/, '') }]
  if (one.field === 'image') return [...container, 'image']
  if (one.field.startsWith('env:')) return [...container, 'env', { named: one.field.slice('env:'.length) }, 'value']
  return [...container, 'resources', 'limits', one.field === 'memoryLimit' ? 'memory' : 'cpu']
}

/** RFC 6901. */
function pointerSteps(pointer: string): readonly string[] {
  return pointer.split('/').slice(1).map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The value at the end of a way; undefined where it leads nowhere. */
export function valueAt(value: Value | undefined, steps: readonly Step[]): Value | undefined {
  return steps.reduce<Value | undefined>((here, step) => inner(here, step), value)
}

/** The object with one value set; the same object where the way leads nowhere. */
export function withValue(value: Value, steps: readonly Step[], wanted: Value): Value {
  const [step, ...rest] = steps
  if (step === undefined) return wanted
  if (isList(value)) {
    const chosen = inner(value, step)
    return value.map((item, i) => (item === chosen || (typeof step === 'string' && String(i) === step) ? withValue(item, rest, wanted) : item))
  }
  const here = inner(value, step)
  return isFields(value) && typeof step === 'string' && here !== undefined ? { ...value, [step]: withValue(here, rest, wanted) } : value
}

function inner(value: Value | undefined, step: Step): Value | undefined {
  if (typeof step !== 'string') return isList(value) ? value.find(item => isFields(item) && item['name'] === step.named) : undefined
  if (isList(value)) return /^\d+$/.test(step) ? value[Number(step)] : undefined
  return isFields(value) && Object.hasOwn(value, step) ? value[step] : undefined
}
