import { applicationsOf } from '../../model/application-set/applications.ts'
import type { ApplicationSet, GeneratedApplication } from '../../model/application-set/applications.ts'
import type { GitTrees } from '../../model/application-set/generators.ts'
import { fieldAt, samePath, showPath, withField } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import { isObject, objectsAt, textAt, valueAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { refKey, refOf, showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { compareRenders } from '../compare.ts'
import { inputOf } from '../proof/set-input.ts'
import type { Input } from '../proof/set-input.ts'

/**
 * What reaches a change of a generated Application: edits of the ApplicationSet itself, or of the files that its generators read. Or why neither does, with where
 * people change it.
 */
export type SetEdits = { readonly edits: readonly Edit[] } | { readonly files: readonly string[] } | { readonly because: string, readonly hint: string }

/**
 * Turns edits of a generated Application into edits of what it is generated from (argocd-flux.md 1.3): the value of a parameter, in an element of a list generator or in
 * a file that a git generator reads, or the template where it makes this one Application only. What is generated of the edited set must differ from before in exactly
 * the asked fields; what an edited file does, whoever renders it proves.
 */
export function setEdits(live: KubernetesObject, { app, edits, trees }: { readonly app: KubernetesObject, readonly edits: readonly Edit[], readonly trees: GitTrees }): SetEdits {
  const name = `ApplicationSet ${textAt(live, 'metadata', 'name') ?? ''}`
  const strange = unreadKey(live)
  if (strange !== null) return { because: `${name} has ${strange}`, hint: `Change it in the manifest of ${name} by hand.` }
  const set = setOf(live)
  const { apps, unread } = applicationsOf(set, trees)
  const [own, ...twice] = apps.filter(one => textAt(one.app, 'metadata', 'name') === textAt(app, 'metadata', 'name'))
  if (own === undefined || twice.length > 0) return elsewhere(set, edits, { name, why: own !== undefined ? 'several of its elements make an Application of this name' : unread[0] ?? 'nothing that its generators give makes this Application' })
  const inputs = edits.map(edit => inputOf(set, { params: own.params, only: apps.length === 1 && unread.length === 0, edit }))
  const blocked = inputs.find(one => 'because' in one)
  if (blocked !== undefined && 'because' in blocked) return { because: `${name}: ${blocked.because}`, hint: blocked.hint }
  const files = inputs.flatMap(one => 'file' in one ? [one.file] : [])
  if (files.length === inputs.length) return { files: [...new Set(files)] }
  if (files.length > 0) return { because: `${name}: the fields come from its manifest and from ${files.join(', ')}`, hint: 'Ask for one of them, and once that is done for the other.' }
  return inManifest(set, { own, edits, inputs, trees, name })
}

/** The parts of a set that decide what it generates. */
export function setOf(live: KubernetesObject): ApplicationSet {
  const spec = valueAt(live, 'spec')
  return { name: textAt(live, 'metadata', 'name') ?? '', namespace: textAt(live, 'metadata', 'namespace') ?? '', spec: isObject(spec) ? spec : {} }
}

/** The first thing in the set that decides about an Application in a way that is not read here. */
export function unreadKey(set: KubernetesObject): string | null {
  if (textAt(set, 'spec', 'templatePatch') !== undefined) return 'spec.templatePatch, which may change what the template says'
  if (objectsAt(set, 'spec', 'ignoreApplicationDifferences').length > 0) return 'spec.ignoreApplicationDifferences, so that fields of its Applications are left alone'
  const sync = textAt(set, 'spec', 'syncPolicy', 'applicationsSync')
  return sync === 'create-only' || sync === 'create-delete' ? `spec.syncPolicy.applicationsSync ${sync}, so that it never changes Applications that are there` : null
}

interface InManifest { readonly own: GeneratedApplication, readonly edits: readonly Edit[], readonly inputs: readonly Input[], readonly trees: GitTrees, readonly name: string }

/** The edits of the set, where what it generates then differs in exactly the asked fields of the one Application. */
function inManifest(set: ApplicationSet, { own, edits, inputs, trees, name }: InManifest): SetEdits {
  const found: Edit[] = []
  for (const input of inputs) if ('path' in input && !found.some(known => samePath(known.path, input.path))) found.push(input)
  const edited = found.reduce<Json | undefined>((all, edit) => withField(all, edit.path, edit.after), { spec: set.spec })
  const spec = valueAt(edited, 'spec')
  const by = 'by hand'
  const after = applicationsOf({ ...set, spec: isObject(spec) ? spec : {} }, trees)
  const changes = compareRenders(applicationsOf(set, trees).apps.map(one => one.app), after.apps.map(one => one.app))
  const others = changes.filter(({ object }) => refKey(object) !== refKey(refOf(own.app)))
  if (others.length > 0) return { because: `${name} would change ${others.map(({ object }) => showRef(object)).join(', ')}, too`, hint: `Change it in the manifest of ${name} ${by}.` }
  const fields = changes.flatMap(change => change.fields)
  const wrong = fields.some(field => !edits.some(edit => samePath(edit.path, field.path))) || !edits.every(edit => fields.some(field => samePath(field.path, edit.path) && field.after === edit.after))
  return wrong ? { because: `${name} would change more of the Application than was asked`, hint: `Change it in the manifest of ${name} ${by}.` } : { edits: found }
}

/** What other generators read is named, so that a person finds it. */
function elsewhere({ spec }: ApplicationSet, edits: readonly Edit[], { name, why }: { readonly name: string, readonly why: string }): SetEdits {
  const files = objectsAt(spec, 'generators').flatMap(generator => objectsAt(generator, 'git', 'files').map(file => `${textAt(file, 'path') ?? ''} of ${textAt(generator, 'git', 'repoURL') ?? ''}`))
  const kinds = objectsAt(spec, 'generators').flatMap(generator => Object.keys(generator).filter(key => key !== 'list' && key !== 'selector'))
  const expressions = edits.flatMap(({ path }) => { const template = fieldAt(spec, ['template', ...path]); return template === undefined ? [] : [`spec.template.${showPath(path)} is ${JSON.stringify(template)}`] })
  const from = files.length > 0 ? `the files that its git generator reads (${files.join(', ')})` : kinds.length > 0 ? `what its ${[...new Set(kinds)].join(' and ')} generator gives` : 'its elements'
  return { because: `${name}: ${why}${expressions.length === 0 ? '' : `; ${expressions.join(', ')}`}`, hint: `Change ${from}, or its template, by hand.` }
}
