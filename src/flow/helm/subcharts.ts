import { posix } from 'node:path'
import type { ValuePath } from '../../model/helm-set.ts'
import { objectsAt, textAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import { jsonOf, readSource } from '../edit/source.ts'

/** The repository as far as charts are looked for in it. */
export interface ChartFiles {
  readonly paths: ReadonlySet<string>
  readonly text: (path: string) => string | null
}

/** A chart that takes part, the asked one first: its folder, and where its values stand among those of the asked chart. */
export interface ChartFolder { readonly folder: string, readonly prefix: ValuePath }

const MOST_CHARTS = 200

/** The asked chart and all charts in its `charts/` folders or in folders that it names (`file://`), under the name or the alias that they have there. */
export function chartFolders(files: ChartFiles, folder: string, prefix: ValuePath = []): readonly ChartFolder[] {
  const found: ChartFolder[] = [{ folder, prefix }]
  for (let at = 0; at < found.length && found.length < MOST_CHARTS; at++) {
    const chart = found[at]
    if (chart !== undefined && chart.prefix.length < 10) found.push(...childrenOf(files, chart))
  }
  return found
}

function childrenOf(files: ChartFiles, { folder, prefix }: ChartFolder): readonly ChartFolder[] {
  const dependencies = dependenciesOf(files, folder)
  const vendored = vendoredFolders(files, folder)
  const named = (name: string): readonly string[] => {
    const aliases = dependencies.filter(dependency => dependency['name'] === name).map(dependency => textAt(dependency, 'alias') || name)
    return aliases.length === 0 ? [name] : aliases
  }
  const inside = vendored.flatMap(child => named(child.name).map(name => ({ folder: child.folder, prefix: [...prefix, name] })))
  const local = dependencies.flatMap(dependency => {
    const name = textAt(dependency, 'name') ?? ''
    const path = localFolder(folder, dependency)
    return path === null || vendored.some(child => child.name === name) ? [] : [{ folder: path, prefix: [...prefix, textAt(dependency, 'alias') || name] }]
  })
  return [...inside, ...local]
}

/** The dependencies that a chart declares. */
export function dependenciesOf(files: ChartFiles, folder: string): readonly JsonObject[] {
  return ['Chart.yaml', 'requirements.yaml'].flatMap(name => objectsAt(mapIn(files.text(posix.join(folder, name))), 'dependencies'))
}

/** The folder of the repository that a dependency names, null where it names none. */
export function localFolder(folder: string, dependency: JsonObject): string | null {
  const repository = textAt(dependency, 'repository') ?? ''
  if (!repository.startsWith('file://') || repository.startsWith('file:///')) return null
  const path = posix.join(folder, repository.slice('file://'.length)).replace(/\/$/, '')
  return path.startsWith('..') ? null : path
}

function vendoredFolders(files: ChartFiles, folder: string): readonly { readonly folder: string, readonly name: string }[] {
  const start = folder === '' ? 'charts/' : `${folder}/charts/`
  return [...files.paths].flatMap(path => {
    const name = path.startsWith(start) && /^[^/]+\/Chart\.yaml$/.test(path.slice(start.length)) ? textAt(mapIn(files.text(path)), 'name') : undefined
    return name === undefined ? [] : [{ folder: posix.dirname(path), name }]
  })
}

function mapIn(text: string | null): JsonObject {
  const [value] = text === null ? [] : jsonOf(readSource(text, 'last')) ?? []
  return isObject(value) ? value : {}
}
