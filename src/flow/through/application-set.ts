import { applicationsOf } from '../../model/application-set/applications.ts'
import type { ApplicationSet, GeneratedApplication } from '../../model/application-set/applications.ts'
import type { GeneratorInputs, Unread } from '../../model/application-set/generators.ts'
import { fieldAt, samePath, showPath, withField } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import { isObject, objectsAt, textAt, valueAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { refKey, refOf, showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { compareRenders } from '../fields/compare.ts'
import { inputOf } from '../proof/set-input.ts'
import type { Input } from '../proof/set-input.ts'

/** Why an edit of an ApplicationSet does not reach what is asked, where in its manifest that stands, and where people change it. */
export interface SetObstacle extends Unread { readonly hint: string }

/** What reaches a change of a generated Application: edits of the ApplicationSet itself, or of the files that its generators read. Or why neither does. */
export type SetEdits = { readonly edits: readonly Edit[] } | { readonly files: readonly string[] } | SetObstacle

/**
 * Turns edits of a generated Application into edits of what it is generated from (argocd-flux.md 1.3): the value of a parameter, in an element of a list generator or in
 * a file that a git generator reads, or the template where it makes this one Application only. What is generated of the edited set must differ from before in exactly
 * the asked fields; what an edited file does, whoever renders it proves.
 */
export function setEdits(live: KubernetesObject, { app, edits, ...inputs }: { readonly app: KubernetesObject, readonly edits: readonly Edit[] } & GeneratorInputs): SetEdits {
  const name = `ApplicationSet ${textAt(live, 'metadata', 'name') ?? ''}`
  const strange = unreadKey(live)
  if (strange !== null) return { because: `${name} has ${strange.because}`, at: strange.at, hint: `Change it in the manifest of ${name} by hand.` }
  const set = setOf(live)
  const { apps, unread } = applicationsOf(set, inputs)
  const [own, ...twice] = apps.filter(one => textAt(one.app, 'metadata', 'name') === textAt(app, 'metadata', 'name'))
  if (own === undefined || twice.length > 0) return elsewhere(set, edits, { name, ...own !== undefined ? { because: 'several of its elements make an Application of this name', at: ['spec', 'generators'] } : unread[0] ?? { because: 'nothing that its generators give makes this Application', at: ['spec', 'generators'] } })
  const found = edits.map(edit => inputOf(set, { params: own.params, only: apps.length === 1 && unread.length === 0, edit }))
  const blocked = found.findIndex(one => 'because' in one)
  const why = found[blocked]
  if (why !== undefined && 'because' in why) return { because: `${name}: ${why.because}`, at: ['spec', 'template', ...edits[blocked]?.path ?? []], hint: why.hint }
  const files = found.flatMap(one => 'file' in one ? [one.file] : [])
  if (files.length === found.length) return { files: [...new Set(files)] }
  if (files.length > 0) return { because: `${name}: the fields come from its manifest and from ${files.join(', ')}`, at: ['spec', 'template'], hint: 'Ask for one of them, and once that is done for the other.' }
  return inManifest(set, { own, edits, found, inputs, name })
}

/** The parts of a set that decide what it generates. */
export function setOf(live: KubernetesObject): ApplicationSet {
  const spec = valueAt(live, 'spec')
  return { name: textAt(live, 'metadata', 'name') ?? '', namespace: textAt(live, 'metadata', 'namespace') ?? '', spec: isObject(spec) ? spec : {} }
}

/** The first thing in the set that decides about an Application in a way that is not read here. */
export function unreadKey(set: KubernetesObject): Unread | null {
  if (textAt(set, 'spec', 'templatePatch') !== undefined) return { because: 'spec.templatePatch, which may change what the template says', at: ['spec', 'templatePatch'] }
  if (objectsAt(set, 'spec', 'ignoreApplicationDifferences').length > 0) return { because: 'spec.ignoreApplicationDifferences, so that fields of its Applications are left alone', at: ['spec', 'ignoreApplicationDifferences'] }
  const sync = textAt(set, 'spec', 'syncPolicy', 'applicationsSync')
  return sync === 'create-only' || sync === 'create-delete' ? { because: `spec.syncPolicy.applicationsSync ${sync}, so that it never changes Applications that are there`, at: ['spec', 'syncPolicy', 'applicationsSync'] } : null
}

interface InManifest { readonly own: GeneratedApplication, readonly edits: readonly Edit[], readonly found: readonly Input[], readonly inputs: GeneratorInputs, readonly name: string }

/** The edits of the set, where what it generates then differs in exactly the asked fields of the one Application. */
function inManifest(set: ApplicationSet, { own, edits, found, inputs, name }: InManifest): SetEdits {
  const made: Edit[] = []
  for (const input of found) if ('path' in input && !made.some(known => samePath(known.path, input.path))) made.push(input)
  const edited = made.reduce<Json | undefined>((all, edit) => withField(all, edit.path, edit.after), { spec: set.spec })
  const spec = valueAt(edited, 'spec')
  const by = { at: made[0]?.path ?? ['spec'], hint: `Change it in the manifest of ${name} by hand.` }
  const after = applicationsOf({ ...set, spec: isObject(spec) ? spec : {} }, inputs)
  const changes = compareRenders(applicationsOf(set, inputs).apps.map(one => one.app), after.apps.map(one => one.app))
  const others = changes.filter(({ object }) => refKey(object) !== refKey(refOf(own.app)))
  if (others.length > 0) return { because: `${name} would change ${others.map(({ object }) => showRef(object)).join(', ')}, too`, ...by }
  const fields = changes.flatMap(change => change.fields)
  const wrong = fields.some(field => !edits.some(edit => samePath(edit.path, field.path))) || !edits.every(edit => fields.some(field => samePath(field.path, edit.path) && field.after === edit.after))
  return wrong ? { because: `${name} would change more of the Application than was asked`, ...by } : { edits: made }
}

/** What other generators read is named, so that a person finds it. */
function elsewhere({ spec }: ApplicationSet, edits: readonly Edit[], { name, because, at }: Unread & { readonly name: string }): SetObstacle {
  const files = objectsAt(spec, 'generators').flatMap(generator => objectsAt(generator, 'git', 'files').map(file => `${textAt(file, 'path') ?? ''} of ${textAt(generator, 'git', 'repoURL') ?? ''}`))
  const kinds = objectsAt(spec, 'generators').flatMap(generator => Object.keys(generator).filter(key => key !== 'list' && key !== 'selector'))
  const expressions = edits.flatMap(({ path }) => { const template = fieldAt(spec, ['template', ...path]); return template === undefined ? [] : [`spec.template.${showPath(path)} is ${JSON.stringify(template)}`] })
  const from = files.length > 0 ? `the files that its git generator reads (${files.join(', ')})` : kinds.length > 0 ? `what its ${[...new Set(kinds)].join(' and ')} generator gives` : 'its elements'
  return { because: `${name}: ${because}${expressions.length === 0 ? '' : `; ${expressions.join(', ')}`}`, at, hint: `Change ${from}, or its template, by hand.` }
}
