import { isObject, textAt, valueAt } from '../json.ts'
import type { JsonObject } from '../json.ts'
import type { KubernetesObject } from '../resource.ts'
import { generated } from './generators.ts'
import type { GeneratorInputs, Unread } from './generators.ts'
import { fill } from './params.ts'
import type { ParamSet } from './params.ts'

/** An ApplicationSet as it is generated from. */
export interface ApplicationSet { readonly name: string, readonly namespace: string, readonly spec: JsonObject }

/** One generated Application, and what it was made of. */
export interface GeneratedApplication { readonly app: KubernetesObject, readonly params: ParamSet }

/**
 * The Applications of a set, as far as its template only looks parameters up; `unread`: why others, or parts of these, are not known. An expression that does more
 * stands in its field with all that it may be made of behind it, so that two of them compare equal only where the field does.
 */
export function applicationsOf(set: ApplicationSet, inputs: GeneratorInputs): { readonly apps: readonly GeneratedApplication[], readonly unread: readonly Unread[] } {
  const { sets, unread } = generated(set.spec, inputs)
  const apps = sets.map(params => ({ app: applicationOf(set, params), params }))
  const nameless = apps.some(({ app }) => (textAt(app, 'metadata', 'name') ?? '').includes('{{')) ? [{ because: 'the names of its Applications are made by an expression that does more than look a parameter up', at: ['spec', 'template', 'metadata', 'name'] }] : []
  return { apps, unread: [...unread, ...nameless] }
}

function applicationOf({ spec, namespace }: ApplicationSet, params: ParamSet): KubernetesObject {
  const made = fill(valueAt(spec, 'template'), params, { go: valueAt(spec, 'goTemplate') === true, marked: true })
  const { metadata, ...rest } = isObject(made) ? made : {}
  const own = isObject(metadata) ? metadata : {}
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...rest, metadata: { ...own, name: plain(textAt(own, 'name') ?? ''), namespace: textAt(own, 'namespace') || namespace } }
}

/** A name as the template has it, without what stands behind an expression. */
function plain(name: string): string {
  return name.includes('{{') ? name.slice(0, name.lastIndexOf('}}') + 2) : name
}
