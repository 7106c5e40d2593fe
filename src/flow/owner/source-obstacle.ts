import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import type { Owner } from '../../model/owner.ts'
import { rulesAt } from '../proof/rules.ts'
import { isRulePath } from '../proof/tree-index.ts'
import type { Tree } from '../ports.ts'

const KUSTOMIZATION: ReadonlySet<string> = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization'])

/** Files in the source that change what the owner deploys in a way that Writ does not honour, or a path that is not there. */
export async function sourceObstacle(owner: Pick<Owner, 'tool' | 'kind' | 'namespace' | 'name' | 'cluster' | 'source' | 'render'>, tree: Tree): Promise<Refusal | null> {
  const path = owner.source.path
  if (!tree.entries.some(entry => path === '' || entry.path.startsWith(`${path}/`))) {
    return refuse('NOT_RENDERED', `The path '${path}' of ${showOwner(owner)} does not exist at ${tree.commit.slice(0, 12)}.`, [{ sentence: 'there is no file below it', at: path }])
  }
  const ruleTexts = await tree.read(tree.entries.map(entry => entry.path).filter(isRulePath))
  const files = new Set(tree.entries.filter(({ kind }) => kind === 'file' || kind === 'executable').map(entry => entry.path))
  const { render, obstacle } = rulesAt({ files, ruleTexts }, owner)
  const found = obstacle ?? (owner.tool === 'argocd' ? chart({ source: owner.source, render }, tree) : null)
  return found === null ? null : refuse('UNSUPPORTED', `${found.file} ${found.because}, which this version does not honour.`, [{ sentence: `${showOwner(owner)} would read it`, at: found.file }])
}

/** Without an explicit type, and without a kustomization, a Chart.yaml makes the source a chart (argocd-flux.md 1.2). */
function chart(owner: Pick<Owner, 'source' | 'render'>, tree: Tree): { readonly file: string, readonly because: string } | null {
  const { path } = owner.source
  const names = tree.entries.filter(entry => folderOf(entry.path) === path).map(entry => entry.path.slice(path === '' ? 0 : path.length + 1))
  const found = names.find(name => name.endsWith('Chart.yaml'))
  if (owner.render.format !== 'auto' || owner.render.helm !== undefined || found === undefined || names.some(name => KUSTOMIZATION.has(name))) return null
  return { file: path === '' ? found : `${path}/${found}`, because: 'makes the source a Helm chart' }
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}
