import { isList, isObject, objectsAt, textAt, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { IgnoredFields } from '../../model/overlay.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { globMatch } from './glob-match.ts'

type Named = Pick<ObjectRef, 'group' | 'version' | 'kind' | 'namespace' | 'name'>

/** Entries of an Application's `spec.ignoreDifferences` that cover an object (argocd-flux.md 1.2). */
export function ignoredByApplication(app: JsonObject, object: Named, instanceNamespace: string | null): readonly IgnoredFields[] {
  return objectsAt(app, 'spec', 'ignoreDifferences').flatMap((entry, i) => {
    const named = (key: string, value: string): boolean => { const wanted = textAt(entry, key) ?? ''; return wanted === '' || wanted === value }
    const covers = globMatch(textAt(entry, 'group') ?? '', object.group) && globMatch(textAt(entry, 'kind') ?? '', object.kind)
      && named('name', object.name) && named('namespace', object.namespace ?? instanceNamespace ?? '')
    return covers ? [ignoredIn(entry, `spec.ignoreDifferences[${i}]`)] : []
  })
}

/** The fields that one entry names, in the form that Argo CD uses everywhere. */
export function ignoredIn(entry: Json | undefined, at: string): IgnoredFields {
  return { at, pointers: texts(valueAt(entry, 'jsonPointers')), jqPaths: texts(valueAt(entry, 'jqPathExpressions')), managers: texts(valueAt(entry, 'managedFieldsManagers')) }
}

/** Rules of a Kustomization's `spec.ignore` that cover an object; a selector by labels or annotations may. */
export function ignoredByKustomization(kustomization: JsonObject, object: Named): readonly IgnoredFields[] {
  return objectsAt(kustomization, 'spec', 'ignore').flatMap((rule, i) => {
    const target = rule['target']
    const fits = (key: string, value: string): boolean => matches(textAt(target, key) ?? '', value)
    const covers = !isObject(target) || (fits('group', object.group) && fits('version', object.version) && fits('kind', object.kind) && fits('name', object.name) && fits('namespace', object.namespace ?? ''))
    return covers ? [{ at: `spec.ignore[${i}]`, pointers: texts(rule['paths']), jqPaths: [], managers: [] }] : []
  })
}

/** Flux's anchored expressions; one that cannot be read counts as a match. */
function matches(pattern: string, text: string): boolean {
  if (pattern === '') return true
  try {
    return new RegExp(`^(?:${pattern.replace(/^\^/, '').replace(/\$$/, '')})$`, 's').test(text)
  } catch {
    return true
  }
}

function texts(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter(item => typeof item === 'string') : []
}
