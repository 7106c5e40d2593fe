import { isList, isObject, textAt, valueAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { Answer } from '../../operations/operation.ts'
import { asJson } from './output.ts'

/** What `-o name` prints, one name a line: changes as change/ID, objects as kubectl names them. */
export function namesOf(answer: Answer): readonly string[] {
  const json = asJson(answer)
  if (!isObject(json)) return []
  switch (answer.kind) {
    case 'Change': return [`change/${textAt(json, 'id') ?? ''}`]
    case 'ChangeList': case 'Work': return (isList(json['items']) ? json['items'] : []).map(item => `change/${textAt(item, 'id') ?? ''}`)
    case 'Plan': case 'NoChange': return [object(json['target'])]
    case 'Batch': return (isList(json['items']) ? json['items'] : []).flatMap(item => nameOf(valueAt(item, 'answer')))
    case 'Owner': return [object(json['owner'])]
    case 'RollbackTargets': return (isList(json['items']) ? json['items'] : []).map(item => textAt(item, 'revision') ?? '')
    case 'Refusal': return [textAt(json, 'code') ?? '']
    default: return []
  }
}

/** What one of several answers is called by; a failure has no name. */
function nameOf(answer: Json | undefined): readonly string[] {
  switch (textAt(answer, 'kind')) {
    case 'Change': return [`change/${textAt(answer, 'id') ?? ''}`]
    case 'Plan': case 'NoChange': return [object(valueAt(answer, 'target'))]
    default: return []
  }
}

function object(of: Json | undefined): string {
  const group = textAt(of, 'group') ?? (textAt(of, 'tool') === 'argocd' ? 'argoproj.io' : textAt(of, 'tool') === 'flux' ? 'kustomize.toolkit.fluxcd.io' : '')
  const kind = (textAt(of, 'kind') ?? '').toLowerCase()
  return `${kind}${group === '' ? '' : `.${group}`}/${textAt(of, 'name') ?? ''}`
}
