import type { ConsumerOwner } from '../../model/owner.ts'
import { sameOwner } from '../../model/owner.ts'
import type { FileChange } from '../../model/plan.ts'
import { helmJob } from '../helm/helm-job.ts'
import { BARE_CHART, umbrellaCharts } from '../helm/umbrella-charts.ts'
import type { Closure, RenderAsk } from './closure.ts'
import { closureOf, ruleFiles, throughSymlink } from './closure.ts'
import { realPath } from './links.ts'
import { mentionedConsumers } from './mentioned.ts'
import { rulesAt } from './rules.ts'
import type { Ruled } from './rules.ts'
import type { TreeIndex } from './tree-index.ts'
import { directoryOf, isBelow, resolvePath } from './tree-index.ts'
import type { Consumer, Reread, ConsumerQuestion } from './consumer.ts'

/** The owner's manifest is not in the repository. */
export const unread: Reread = owner => owner

/**
 * Every consumer but the asked one (DESIGN.md section 5): what owners name, every kustomization that is no component and that no other one lists, and every
 * chart that is made of other charts of the repository.
 * Where no owner names the asked path itself, an owner whose path lies above it is the asked delivery and left out.
 */
export function otherConsumers({ index, asked, owners: everyone, samePath, reread = unread }: ConsumerQuestion): readonly Consumer[] {
  const owners = everyone.filter(({ mention }) => mention === undefined)
  // What a HelmRelease installs follows from the HelmRelease, which whoever renders that shows; only charts and their values have it as a user beside others.
  const ofCharts = asked.kind === 'HelmRelease' || asked.render.helm !== undefined
  const others = owners.filter(owner => (ofCharts || owner.ref.kind !== 'HelmRelease') && !sameOwner(owner.ref, asked) && (samePath === 'other' || owner.source.path !== asked.source.path))
  const named = owners.some(owner => owner.source.path === asked.source.path)
  const claimed = grouped(index, named ? others : others.filter(owner => !isBelow(asked.source.path, owner.source.path)), reread)
  const paths = new Set([asked.source.path, ...owners.map(owner => owner.source.path)])
  const askedAsk = renderAsk(index, asked)
  const generated = [...claimed.map(consumer => consumer.closure), closureOf(index, askedAsk)].flatMap(listedByFlux)
  const roots = rootKustomizations(index).filter(path => !paths.has(path) && !generated.includes(path)).map(path => {
    // Without an owner nobody knows the restrictor; without one everything renders that renders with one, and the same.
    const ask: RenderAsk = { path, format: 'kustomize', loadRestrictor: 'none', directory: { recurse: false } }
    return { ask, owners: [], unsupported: null, closure: closureOf(index, ask), after: () => Promise.resolve(ask) }
  })
  const charts = ofCharts ? umbrellas(index).filter(path => !paths.has(path)).map(path => {
    const ask = renderAsk(index, { tool: 'argocd', source: { url: '', revision: '', path }, render: { format: 'helm', loadRestrictor: 'root', directory: { recurse: false }, helm: BARE_CHART } })
    return { ask, owners: [], unsupported: null, closure: closureOf(index, ask), after: () => Promise.resolve(ask) }
  }) : []
  const links = linkFolders(index, new Set([asked.source.path, ...[...claimed, ...roots, ...charts].filter(({ ask }) => ask.format !== 'kustomize').map(({ ask }) => ask.path)]))
  const known = withCarriers([...claimed, ...roots, ...charts, ...links], asked, askedAsk)
  return [...known, ...mentionedConsumers(everyone, { index, samePath, path: asked.source.path, ask: askedAsk, ofCharts, others: known })]
}

function umbrellas(index: TreeIndex): readonly string[] {
  return umbrellaCharts({ paths: index.files, text: path => index.chartTexts.get(path) ?? null })
}

/** Where one consumer alone renders a file that decides the asked owner's rules, a change of it there is how the change gets to the owner. */
function withCarriers(consumers: readonly Consumer[], asked: ConsumerQuestion['asked'], ask: RenderAsk): readonly Consumer[] {
  const names = new Set([asked.name, ...ask.substitute?.sources.map(({ name }) => name) ?? [], ...ask.helm?.carrier?.names ?? []])
  const carried = [...ruleFiles(ask)].map(file => ({ file, by: consumers.filter(consumer => consumer.closure.files.has(file) && !ruleFiles(consumer.ask).has(file)) })).filter(({ by }) => by.length === 1)
  if (carried.length === 0) return consumers
  return consumers.map(consumer => {
    const files = carried.filter(({ by }) => by[0] === consumer).map(({ file }) => file)
    return files.length === 0 ? consumer : { ...consumer, carries: { files: new Set(files), names } }
  })
}

/** What kustomize-controller lists in the kustomization that it generates for a path without one: these kustomizations are no roots. */
function listedByFlux(closure: Closure): readonly string[] {
  return closure.kustomizations.length > 0 && closure.kustomizations.every(({ depth }) => depth > 0)
    ? closure.kustomizations.filter(({ depth }) => depth === 1).map(({ file }) => file.directory) : []
}

/** How an owner's path is rendered at this commit: its kustomization file decides where the owner's spec does not. */
export function renderAsk(index: TreeIndex, owner: Ruled): RenderAsk {
  const { path } = owner.source
  if (owner.render.generates !== undefined) return { path, format: 'application-set', loadRestrictor: 'root', directory: { recurse: false }, generates: owner.render.generates }
  const { render, leftOut } = rulesAt(index, owner)
  const { format, loadRestrictor, directory, kustomize, substitute, metadata, places, helm } = render
  if (helm !== undefined && isChart(index, path, format)) return { path, loadRestrictor, directory, format: 'helm', helm: helmJob(withLinked(index, path), path, helm), ...leftOut === null ? {} : { leftOut } }
  const kustomized = format === 'kustomize' || (index.kustomizations.has(path) && (format === 'auto' || owner.tool === 'flux'))
  return {
    path, loadRestrictor, directory, format: kustomized ? 'kustomize' : owner.tool === 'flux' ? 'flux-directory' : 'directory',
    ...kustomize === undefined ? {} : { kustomize }, ...substitute === undefined ? {} : { substitute }, ...metadata === undefined ? {} : { metadata },
    ...leftOut === null ? {} : { leftOut }, ...places === undefined ? {} : { places },
  }
}

/** Argo CD takes a folder with both for a kustomization. */
function isChart(index: TreeIndex, path: string, format: Ruled['render']['format']): boolean {
  return format === 'helm' || (format === 'auto' && !index.kustomizations.has(path) && withLinked(index, path).files.has(path === '' ? 'Chart.yaml' : `${path}/Chart.yaml`))
}

/** The files of the repository, those of a folder behind a symbolic link under the names that they have through it, too. */
function withLinked(index: TreeIndex, path: string): Pick<TreeIndex, 'files' | 'symlinks'> {
  const real = throughSymlink(index, path) ? realPath(index, path) : null
  if (real === null) return index
  return { symlinks: index.symlinks, files: new Set([...index.files, ...[...index.files].filter(file => isBelow(file, real)).map(file => `${path}/${real === '' ? file : file.slice(real.length + 1)}`)]) }
}

/** Folders with symbolic links to files of the repository: whoever deploys them deploys those files, too. */
function linkFolders(index: TreeIndex, rendered: ReadonlySet<string>): readonly Consumer[] {
  const folders = new Map<string, Set<string>>()
  for (const link of index.symlinks) {
    const [folder, real] = [directoryOf(link), realPath(index, link)]
    if (real !== null && index.files.has(real) && real !== link && !rendered.has(folder) && !index.kustomizations.has(folder)) folders.set(folder, (folders.get(folder) ?? new Set<string>()).add(real))
  }
  return [...folders].map(([path, files]) => {
    const ask: RenderAsk = { path, format: 'directory', loadRestrictor: 'none', directory: { recurse: false, tolerant: true } }
    return { ask, owners: [], unsupported: null, closure: { files, kustomizations: [], loose: [], opaque: false }, after: () => Promise.resolve(ask) }
  })
}

/** How an owner's path is rendered once files are changed: they may be what decides it. A sentence where they say what cannot be honoured. */
export async function askAfter(index: TreeIndex, owner: Ruled, of: { readonly ask: RenderAsk, readonly changes: readonly FileChange[], readonly reread: Reread }): Promise<RenderAsk | string> {
  const decide = ruleFiles(of.ask)
  if (!of.changes.some(({ path }) => decide.has(path))) return of.ask
  const reread = await of.reread(owner, of.changes)
  if (typeof reread === 'string') return reread
  const ruleTexts = new Map(index.ruleTexts)
  for (const { path, after } of of.changes) if (ruleTexts.has(path) && after !== null) ruleTexts.set(path, after)
  const later = { ...index, ruleTexts }
  const { obstacle } = rulesAt(later, { tool: owner.tool, ...reread })
  return obstacle === null ? renderAsk(later, { tool: owner.tool, ...reread }) : `${obstacle.file} ${obstacle.because}`
}

/** Owners that render one path in the same way are one consumer. */
function grouped(index: TreeIndex, owners: readonly ConsumerOwner[], reread: Reread): readonly Consumer[] {
  const found = new Map<string, Consumer>()
  for (const owner of owners) {
    const ruled: Ruled = { tool: owner.ref.tool, source: owner.source, render: owner.render }
    const ask = renderAsk(index, ruled)
    const unsupported = owner.unsupported ?? fileObstacle(index, owner) ?? (throughSymlink(index, owner.source.path) ? 'a symbolic link on its path' : null)
    const key = JSON.stringify([ask, unsupported])
    const known = found.get(key)
    const claim = { ref: owner.ref, destination: owner.destination }
    found.set(key, known === undefined
      ? { ask, owners: [claim], unsupported, closure: closureOf(index, ask), after: changes => askAfter(index, ruled, { ask, changes, reread }) }
      : { ...known, owners: [...known.owners, claim] })
  }
  return [...found.values()]
}

/** A file in the repository that changes what an owner renders, and that is not honoured. */
function fileObstacle(index: TreeIndex, owner: ConsumerOwner): string | null {
  const { obstacle } = rulesAt(index, { tool: owner.ref.tool, source: owner.source, render: owner.render })
  if (obstacle !== null || owner.ref.tool === 'flux') return obstacle?.file ?? null
  const inPath = (name: (name: string) => boolean): string | undefined => [...index.files].find(path => directoryOf(path) === owner.source.path && name(path.slice(path.lastIndexOf('/') + 1)))
  const chart = owner.render.format === 'auto' && owner.render.helm === undefined && !index.kustomizations.has(owner.source.path) ? inPath(name => name === 'Chart.yaml') : undefined
  const override = owner.render.overridable === undefined ? inPath(name => /^\.argocd-source.*\.yaml$/.test(name)) : undefined
  return override ?? chart ?? null
}

function rootKustomizations(index: TreeIndex): readonly string[] {
  const all = [...index.kustomizations.values()]
  const listed = new Set(all.flatMap(file => file.references.filter(({ role }) => role !== 'word').map(reference => resolvePath(file.directory, reference.path))))
  return all.filter(file => !file.component && !listed.has(file.directory)).map(file => file.directory)
}
