import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parseAllDocuments } from 'yaml'
import type { FileChange } from '../../src/model/plan.ts'

/** One line of the public benchmark (testing.md 6.2). */
export interface CorpusCase {
  readonly id: string
  readonly repo: string
  readonly engine: 'kustomize' | 'plain' | 'helmrelease'
  readonly overlayPath: string
  readonly entry: 'flux' | 'root' | 'referenced' | 'dir'
  readonly gvk: string
  readonly ns: string | null
  readonly name: string
  readonly container: string | null
  readonly field: string
  readonly oldValue: string | number | boolean
  readonly newValue: string | number | boolean
}

/** What an edit did, seen by a judge that renders for itself and shares no code with the engine. */
export interface CorpusVerdict {
  readonly problems: readonly string[]
  /** Other roots whose render changed. */
  readonly others: readonly string[]
}

type Anything = Readonly<Record<string, unknown>>

/** Judges edits in one repository laid out in a folder, which is as before after each call. */
export function corpusJudge(folder: string, program: 'kustomize' | 'kubectl'): { judge(of: CorpusCase, files: readonly FileChange[]): CorpusVerdict } {
  const kustomizations = filesBelow(folder).filter(path => /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path)).map(dirname).map(path => path === '.' ? '' : path)
  const reach = new Map(kustomizations.map(path => [path, reachedBy(folder, path)]))
  const roots = kustomizations.filter(path => !isComponent(folder, path) && !kustomizations.some(other => other !== path && namedBy(folder, other).has(path)))
  const build = (path: string): string | null => {
    const done = spawnSync(program, [program === 'kustomize' ? 'build' : 'kustomize', join(folder, path)], { encoding: 'utf8', maxBuffer: 2 ** 28, env: { PATH: process.env['PATH'] ?? '', HOME: '/dev/null', HTTPS_PROXY: 'http://127.0.0.1:1', GIT_ALLOW_PROTOCOL: 'none' } })
    return done.status === 0 ? done.stdout : null
  }
  const objects = (of: CorpusCase): readonly Anything[] | null => {
    const path = of.overlayPath === '.' ? '' : of.overlayPath
    if (of.engine === 'plain') return readdirSync(join(folder, path)).filter(name => /\.(?:ya?ml|json)$/.test(name)).sort().flatMap(name => documents(readFileSync(join(folder, path, name), 'utf8')))
    const text = build(path)
    return text === null ? null : documents(text)
  }
  return {
    judge(of, files) {
      const before = objects(of)
      const near = roots.filter(root => root !== of.overlayPath && files.some(file => reach.get(root)?.has(file.path) === true))
      const nearBefore = near.map(build)
      for (const file of files) writeFileSync(join(folder, file.path), file.after ?? '')
      const after = objects(of)
      const others = near.filter((root, i) => nearBefore[i] !== null && build(root) !== nearBefore[i])
      for (const file of files) writeFileSync(join(folder, file.path), file.before ?? '')
      return { problems: [...exactness(of, before, after), ...smallness(files)], others }
    },
  }
}

/** E of testing.md section 7: the after-render is the before-render with that one field set. */
function exactness(of: CorpusCase, before: readonly Anything[] | null, after: readonly Anything[] | null): readonly string[] {
  if (before === null || after === null) return ['it does not render']
  const expected = structuredClone(before)
  const [target, ...others] = expected.filter(object => `${String(object['apiVersion'])}/${String(object['kind'])}` === of.gvk && at(object, ['metadata', 'name']) === of.name
    && (of.ns === null || at(object, ['metadata', 'namespace']) === of.ns))
  if (target === undefined || others.length > 0) return [`${others.length} objects fit`]
  setField(target, of)
  return isDeepStrictEqual(after, expected) ? [] : ['the render differs in more or less than the asked field']
}

/** M: at most three lines differ, none comes or goes. */
function smallness(files: readonly FileChange[]): readonly string[] {
  const changed = files.map(({ before, after }) => {
    const [old, now] = [(before ?? '').split('\n'), (after ?? '').split('\n')]
    return old.length === now.length ? old.filter((line, i) => line !== now[i]).length : 1000
  })
  return changed.reduce((sum, count) => sum + count, 0) > 3 ? ['more than three lines change'] : []
}

function setField(object: Anything, of: CorpusCase): void {
  const kind = of.gvk.slice(of.gvk.lastIndexOf('/') + 1)
  if (of.field === 'replicas') {
    Object.assign(at(object, ['spec']) ?? {}, { replicas: of.newValue })
    return
  }
  const pod = kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template', 'spec'] : kind === 'Pod' ? ['spec'] : ['spec', 'template', 'spec']
  const init = of.container?.startsWith('init:') === true
  const list = at(object, [...pod, init ? 'initContainers' : 'containers'])
  const container: unknown = Array.isArray(list) ? list.find(item => at(item, ['name']) === of.container?.replace('init:', '')) : undefined
  if (of.field === 'image') Object.assign(container ?? {}, { image: of.newValue })
  else Object.assign(at(container, ['resources', 'limits']) ?? {}, { [of.field === 'memoryLimit' ? 'memory' : 'cpu']: of.newValue })
}

function at(value: unknown, path: readonly string[]): unknown {
  let here = value
  for (const key of path) here = typeof here === 'object' && here !== null ? Object.entries(here).find(([name]) => name === key)?.[1] : undefined
  return here
}

function documents(text: string): readonly Anything[] {
  const read = parseAllDocuments(text, { version: '1.1', uniqueKeys: false, logLevel: 'silent' })
  return [...read].flatMap(document => {
    const value: unknown = document.errors.length > 0 ? null : document.toJS({ maxAliasCount: -1 })
    const items = at(value, ['items'])
    const found: readonly unknown[] = Array.isArray(items) ? items : [value]
    return found.filter((item): item is Anything => typeof item === 'object' && item !== null)
  })
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(path => statSync(join(folder, path)).isFile())
}

function kustomizationText(folder: string, path: string): string {
  const name = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'].find(candidate => existsSync(join(folder, path, candidate)))
  return name === undefined ? '' : readFileSync(join(folder, path, name), 'utf8')
}

function isComponent(folder: string, path: string): boolean {
  return /^kind:\s*Component\b/m.test(kustomizationText(folder, path))
}

/** Everything in a kustomization that could be a path, by its looks alone, whatever key it stands under. */
function namedBy(folder: string, path: string): ReadonlySet<string> {
  const words = kustomizationText(folder, path).match(/[^\s"',=[\]{}]+/g) ?? []
  return new Set(words.map(word => normalize(join(path, word)).replace(/\/$/, '')).filter(word => !word.startsWith('..') && existsSync(join(folder, word))).map(word => word === '.' ? '' : word))
}

function reachedBy(folder: string, root: string): ReadonlySet<string> {
  const found = new Set<string>()
  const todo = [root]
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    for (const name of ['kustomization.yaml', 'kustomization.yml', 'Kustomization']) found.add(join(path, name))
    for (const word of namedBy(folder, path)) {
      if (found.has(word)) continue
      found.add(word)
      if (kustomizationText(folder, word) !== '') todo.push(word)
    }
  }
  return found
}
