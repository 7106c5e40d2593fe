import { mergedSource, readApplicationSource } from '../../model/application-source.ts'
import type { Json } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import type { OverlayPlace } from '../../model/overlay.ts'
import type { ConsumerOwner, OwnerRef, RenderRules } from '../../model/owner.ts'
import { ignorePatterns } from '../../model/source-ignore.ts'
import type { IgnorePattern } from '../../model/source-ignore.ts'
import { jsonOf, readSource } from '../edit/source.ts'
import { overriddenHelm } from '../helm/override-layers.ts'
import type { Override } from '../helm/override-layers.ts'
import type { TreeIndex } from './tree-index.ts'
import { directoryOf } from './tree-index.ts'

/** An owner with the rules of its spec. */
export type Ruled = Pick<ConsumerOwner, 'source' | 'render'> & { readonly tool: OwnerRef['tool'] }

/** The rules of an owner once the files of its repository that change them are read; `obstacle` where one of them cannot be honoured. */
export interface RulesAt {
  readonly render: RenderRules
  /** The files among them that are there. */
  readonly files: readonly string[]
  readonly leftOut: readonly IgnorePattern[] | null
  readonly obstacle: RuleObstacle | null
}

/** What a file says that Writ does not honour. */
export interface RuleObstacle { readonly file: string, readonly because: string }

/** Reads the files beside the manifests that change what an owner deploys: Argo CD merges `.argocd-source*.yaml` into its source, Flux obeys `.sourceignore`. */
export function rulesAt(index: Pick<TreeIndex, 'files' | 'ruleTexts'>, owner: Ruled): RulesAt {
  return owner.tool === 'flux' ? fluxRules(index, owner) : argoRules(index, owner)
}

function fluxRules(index: Pick<TreeIndex, 'files' | 'ruleTexts'>, { render }: Ruled): RulesAt {
  const files = [...index.files].filter(path => path === '.sourceignore' || path.endsWith('/.sourceignore')).sort(inWalkOrder)
  const unread = files.find(path => !index.ruleTexts.has(path))
  const patterns = [...files.flatMap(path => ignorePatterns(index.ruleTexts.get(path) ?? '', directoryOf(path))), ...ignorePatterns(render.ignore ?? '')]
  return { render, files, leftOut: patterns.length === 0 ? null : patterns, obstacle: unread === undefined ? null : { file: unread, because: 'cannot be read' } }
}

/** The order in which source-controller finds them: a folder before what lies below it. */
function inWalkOrder(a: string, b: string): number {
  const [left, right] = [directoryOf(a).split('/'), directoryOf(b).split('/')]
  const at = left.findIndex((part, i) => part !== right[i])
  if (at < 0) return left.length - right.length
  return (left[at] ?? '') < (right[at] ?? '') ? -1 : 1
}

function argoRules(index: Pick<TreeIndex, 'files' | 'ruleTexts'>, { source, render }: Ruled): RulesAt {
  const none: RulesAt = { render, files: [], leftOut: null, obstacle: null }
  const { overridable } = render
  if (overridable === undefined) return none
  const files = overridable.files.map(name => source.path === '' ? name : `${source.path}/${name}`).filter(path => index.files.has(path))
  if (files.length === 0) return none
  let merged = overridable.source
  const overrides: Override[] = []
  for (const file of files) {
    const override = overrideIn(index.ruleTexts.get(file))
    if ('because' in override) return { ...none, files, obstacle: { file, because: override.because } }
    overrides.push({ file, value: override.value })
    merged = mergedSource(merged, override.value)
  }
  const read = readApplicationSource(merged, { path: 'spec.source', values: overridable.values, refs: overridable.refs ?? [] })
  const last = files.at(-1) ?? ''
  if (read.unhonoured !== null) return { ...none, files, obstacle: { file: last, because: `sets ${read.unhonoured.path} of the Application` } }
  const { kustomize: _own, ...rest } = render
  const places = [...files.toReversed().map((file): OverlayPlace => ({ by: 'argocd', name: file, file, document: 0, steps: ['kustomize'] })), ...render.places ?? []]
  const helm = read.render.helm === undefined ? {} : { helm: overriddenHelm(read.render.helm, render.helm, overrides) }
  return { ...none, files, render: { ...rest, ...read.render, ...helm, loadRestrictor: render.loadRestrictor, places } }
}

function overrideIn(text: string | undefined): { readonly value: Json } | { readonly because: string } {
  const documents = text === undefined ? null : jsonOf(readSource(text, 'last'))
  if (documents === null) return { because: 'cannot be read as YAML' }
  const [value = {}, ...more] = documents.filter(document => document !== null)
  if (more.length > 0 || !isObject(value)) return { because: 'is not one YAML object' }
  return { value }
}
