import { refuse } from '../model/error.ts'
import type { Refusal } from '../model/error.ts'
import { showOwner } from '../model/owner.ts'
import type { Owner } from '../model/owner.ts'
import type { Tree } from './ports.ts'

const KUSTOMIZATION: ReadonlySet<string> = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization'])

/** Files in the source that change what the owner deploys and that Writ does not honour, or a path that is not there. */
export async function sourceObstacle(owner: Owner, tree: Tree): Promise<Refusal | null> {
  const path = owner.source.path
  const names = tree.entries.filter(entry => folderOf(entry.path) === path).map(entry => entry.path.slice(path === '' ? 0 : path.length + 1))
  if (!tree.entries.some(entry => path === '' || entry.path.startsWith(`${path}/`))) {
    return refuse('NOT_RENDERED', `The path '${path}' of ${showOwner(owner)} does not exist at ${tree.commit.slice(0, 12)}.`, [{ sentence: 'there is no file below it', at: path }])
  }
  const found = owner.tool === 'argocd' ? argocdFile(owner, names) : fluxFile(tree)
  return found === null ? null : refuse('UNSUPPORTED', `${found.file} ${found.because}, which this version does not honour.`, [{ sentence: `${showOwner(owner)} would read it`, at: found.at }])
}

interface Found { readonly file: string, readonly at: string, readonly because: string }

/** Argo CD merges these files into the Application's source; image-updater writes them (argocd-flux.md 1.2). */
function argocdFile(owner: Owner, names: readonly string[]): Found | null {
  const at = (name: string): string => (owner.source.path === '' ? name : `${owner.source.path}/${name}`)
  const override = names.find(name => name.startsWith('.argocd-source') && name.endsWith('.yaml'))
  if (override !== undefined) return { file: at(override), at: at(override), because: 'overrides the source of the Application' }
  const chart = names.find(name => name.endsWith('Chart.yaml'))
  if (owner.render.format !== 'auto' || chart === undefined || names.some(name => KUSTOMIZATION.has(name))) return null
  return { file: at(chart), at: at(chart), because: 'makes the source a Helm chart' }
}

/** Files that a .sourceignore leaves out never reach the cluster. */
function fluxFile(tree: Tree): Found | null {
  const ignore = tree.entries.find(entry => entry.path === '.sourceignore' || entry.path.endsWith('/.sourceignore'))
  return ignore === undefined ? null : { file: ignore.path, at: ignore.path, because: 'leaves files out of what Flux deploys' }
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}
