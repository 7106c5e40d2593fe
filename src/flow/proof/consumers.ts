import type { ConsumerOwner, Destination, Owner, OwnerRef } from '../../model/owner.ts'
import { sameOwner } from '../../model/owner.ts'
import type { Closure, RenderAsk } from './closure.ts'
import { closureOf, throughSymlink } from './closure.ts'
import type { TreeIndex } from './tree-index.ts'
import { directoryOf, isBelow, resolvePath } from './tree-index.ts'

/** One directory that is deployed, or could be: who claims it, and why its render is unknown where it is. */
export interface Consumer {
  readonly ask: RenderAsk
  readonly owners: readonly { readonly ref: OwnerRef, readonly destination: Destination }[]
  readonly unsupported: string | null
  readonly closure: Closure
}

/** The asked delivery, and all owners that follow the same branch of the same repository. */
export interface ConsumerQuestion {
  readonly index: TreeIndex
  readonly asked: Pick<Owner, 'tool' | 'kind' | 'cluster' | 'namespace' | 'name' | 'source' | 'render'>
  readonly owners: readonly ConsumerOwner[]
  /** Who else names the asked path: another owner, or the asked delivery itself. */
  readonly samePath: 'other' | 'asked'
}

/**
 * Every consumer but the asked one (DESIGN.md section 5): what owners name, and every kustomization that is no component and that no other one lists.
 * Where no owner names the asked path itself, an owner whose path lies above it is the asked delivery and left out.
 */
export function otherConsumers({ index, asked, owners, samePath }: ConsumerQuestion): readonly Consumer[] {
  const others = owners.filter(owner => !sameOwner(owner.ref, asked) && (samePath === 'other' || owner.source.path !== asked.source.path))
  const named = owners.some(owner => owner.source.path === asked.source.path)
  const claimed = grouped(index, named ? others : others.filter(owner => !isBelow(asked.source.path, owner.source.path)))
  const paths = new Set([asked.source.path, ...owners.map(owner => owner.source.path)])
  const generated = [...claimed.map(consumer => consumer.closure), closureOf(index, renderAsk(index, asked))].flatMap(listedByFlux)
  const roots = rootKustomizations(index).filter(path => !paths.has(path) && !generated.includes(path)).map(path => {
    // Without an owner nobody knows the restrictor; without one everything renders that renders with one, and the same.
    const ask: RenderAsk = { path, format: 'kustomize', loadRestrictor: 'none', directory: { recurse: false } }
    return { ask, owners: [], unsupported: null, closure: closureOf(index, ask) }
  })
  return [...claimed, ...roots]
}

/** What kustomize-controller lists in the kustomization that it generates for a path without one: these kustomizations are no roots. */
function listedByFlux(closure: Closure): readonly string[] {
  return closure.kustomizations.length > 0 && closure.kustomizations.every(({ depth }) => depth > 0)
    ? closure.kustomizations.filter(({ depth }) => depth === 1).map(({ file }) => file.directory) : []
}

/** How an owner's path is rendered at this commit: its kustomization file decides where the owner's spec does not. */
export function renderAsk(index: TreeIndex, owner: Pick<ConsumerOwner, 'source' | 'render'> & { readonly tool: OwnerRef['tool'] }): RenderAsk {
  const { path } = owner.source
  const { format, loadRestrictor, directory } = owner.render
  const kustomized = format === 'kustomize' || (index.kustomizations.has(path) && (format === 'auto' || owner.tool === 'flux'))
  return { path, loadRestrictor, directory, format: kustomized ? 'kustomize' : owner.tool === 'flux' ? 'flux-directory' : 'directory' }
}

/** Owners that render one path in the same way are one consumer. */
function grouped(index: TreeIndex, owners: readonly ConsumerOwner[]): readonly Consumer[] {
  const found = new Map<string, Consumer>()
  for (const owner of owners) {
    const ask = renderAsk(index, { tool: owner.ref.tool, source: owner.source, render: owner.render })
    const unsupported = owner.unsupported ?? sourceOverride(index, owner) ?? (throughSymlink(index, owner.source.path) ? 'a symbolic link on its path' : null)
    const key = JSON.stringify([ask, unsupported])
    const known = found.get(key)
    const claim = { ref: owner.ref, destination: owner.destination }
    found.set(key, known === undefined ? { ask, owners: [claim], unsupported, closure: closureOf(index, ask) } : { ...known, owners: [...known.owners, claim] })
  }
  return [...found.values()]
}

/** Files beside an Application that change what Argo CD renders (argocd-flux.md 1.2). */
function sourceOverride(index: TreeIndex, owner: ConsumerOwner): string | null {
  const inPath = (name: (name: string) => boolean): string | undefined => [...index.files].find(path => directoryOf(path) === owner.source.path && name(path.slice(path.lastIndexOf('/') + 1)))
  if (owner.ref.tool === 'flux') return [...index.files].find(path => path === '.sourceignore' || path.endsWith('/.sourceignore')) ?? null
  const chart = owner.render.format === 'auto' && !index.kustomizations.has(owner.source.path) ? inPath(name => name === 'Chart.yaml') : undefined
  return inPath(name => /^\.argocd-source.*\.yaml$/.test(name)) ?? chart ?? null
}

function rootKustomizations(index: TreeIndex): readonly string[] {
  const all = [...index.kustomizations.values()]
  const listed = new Set(all.flatMap(file => file.references.map(reference => resolvePath(file.directory, reference.path))))
  return all.filter(file => !file.component && !listed.has(file.directory)).map(file => file.directory)
}
