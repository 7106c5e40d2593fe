import type { ConsumerOwner, Mention } from '../../model/owner.ts'
import type { RenderAsk } from './closure.ts'
import { closureOf, ruleFiles } from './closure.ts'
import type { Consumer, ConsumerQuestion } from './consumer.ts'
import type { TreeIndex } from './tree-index.ts'
import { isBelow } from './tree-index.ts'

/** Beside what, and of whom, mentions are consumers. */
interface Beside extends Pick<ConsumerQuestion, 'index' | 'samePath'> {
  readonly path: string
  readonly ask: RenderAsk
  readonly ofCharts: boolean
  /** Consumers that are known otherwise. */
  readonly others: readonly Consumer[]
}

/**
 * What mentions name, as consumers of unknown effect: each folder, and the files beside them. A kustomization that is rendered as it stands anyway is left out
 * where nothing is laid over it; so is the asked delivery, as with owners. What brings the asked owner's own manifest to the cluster does what is asked.
 */
export function mentionedConsumers(owners: readonly ConsumerOwner[], beside: Beside): readonly Consumer[] {
  const { index, path, samePath, ofCharts } = beside
  const rendered = new Set(beside.others.filter(({ ask, unsupported }) => ask.format === 'kustomize' && unsupported === null).map(({ ask }) => ask.path))
  const own = ruleFiles(beside.ask)
  const known = new Map<string, Pick<Consumer, 'ask' | 'closure'>>()
  return owners.flatMap(({ mention }): readonly Consumer[] => {
    if (mention === undefined || (mention.kind === 'HelmRelease' && !ofCharts)) return []
    const isAsked = mention.folders.includes(path) ? (folder: string) => folder === path : (folder: string) => isBelow(path, folder)
    const folders = mention.folders.filter(folder => (mention.overrides || !rendered.has(folder)) && (samePath === 'other' || !isAsked(folder)))
    const unknown = (what: string): Pick<Consumer, 'owners' | 'unsupported' | 'mention'> => ({ owners: [], unsupported: mention.by, mention: { by: mention.by, because: `${mention.by} may use ${what === '' ? '.' : what}; ${mention.because}` } })
    const found = folders.map((folder): Consumer => {
      const one = known.get(folder) ?? folderOf(index, folder, mention)
      known.set(folder, one)
      const files = one.ask.format === 'helm' ? one.closure.files : new Set([...one.closure.files].filter(file => !own.has(file)))
      return { ...one, ...unknown(folder), closure: { ...one.closure, files }, after: () => Promise.resolve(one.ask) }
    })
    if (mention.files.length === 0) return found
    const ask: RenderAsk = { path: mention.file, format: 'directory', loadRestrictor: 'none', directory: { recurse: false } }
    return [...found, { ask, ...unknown(`${mention.files.slice(0, MOST_SHOWN).join(', ')}${mention.files.length > MOST_SHOWN ? ` and ${mention.files.length - MOST_SHOWN} more` : ''}`), closure: { files: new Set(mention.files), kustomizations: [], loose: [], opaque: false }, after: () => Promise.resolve(ask) }]
  })
}

const MOST_SHOWN = 3

/** Everything that a folder may be rendered from, whatever renders it. */
function folderOf(index: TreeIndex, path: string, { kind }: Mention): Pick<Consumer, 'ask' | 'closure'> {
  const chart = index.files.has(path === '' ? 'Chart.yaml' : `${path}/Chart.yaml`)
  const format = index.kustomizations.has(path) ? 'kustomize' : chart || kind === 'HelmRelease' ? 'helm' : kind === 'Kustomization' ? 'flux-directory' : 'directory'
  const ask: RenderAsk = { path, format, loadRestrictor: 'none', directory: { recurse: true } }
  return { ask, closure: closureOf(index, ask) }
}
