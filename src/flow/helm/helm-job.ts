import { posix } from 'node:path'
import type { HelmJob, HelmRules } from '../../model/helm.ts'
import { globSource } from '../../model/path-glob.ts'

/** The files of the repository, for value files and their patterns. */
export interface FilePaths { readonly files: ReadonlySet<string>, readonly symlinks: ReadonlySet<string> }

/** A chart's rules with the files that they name: value files in the order in which Argo CD takes them (reposerver getResolvedValueFiles). */
export function helmJob(index: FilePaths, chart: string, rules: HelmRules): HelmJob {
  const { valueFiles, ignoreMissing, layers, ...rest } = rules
  const unfound = layers.find(layer => layer.kind === 'from')
  const found = layers.filter(layer => layer.kind !== 'from')
  const base: HelmJob = { ...rest, layers: found, files: [], defaults: rules.defaults.filter(path => !ignoreMissing || index.files.has(path)) }
  if (unfound !== undefined) {
    const { kind, namespace, name } = unfound.object
    const at = `${unfound.name}: ${kind} ${namespace}/${name}`
    return { ...base, missing: kind === 'Secret' ? { code: 'ENCRYPTED', at, sentence: 'the Secret holds values of the chart, and Writ reads no secret values' } : { code: 'UNSUPPORTED', at, sentence: 'the ConfigMap holds values of the chart, and its content is in no one place of the repository' } }
  }
  return { ...base, ...resolved(index, { chart, valueFiles, ignoreMissing }) }
}

interface Named { readonly chart: string, readonly valueFiles: readonly string[], readonly ignoreMissing: boolean }

function resolved(index: FilePaths, { chart, valueFiles, ignoreMissing }: Named): Pick<HelmJob, 'files' | 'missing'> {
  const paths = valueFiles.map(file => posix.normalize(file.startsWith('/') ? file.slice(1) : posix.join(chart, file)))
  const explicit = new Set(paths.filter(path => !isGlob(path)))
  const files: string[] = []
  for (const [i, path] of paths.entries()) {
    const missing = (sentence: string): Pick<HelmJob, 'files' | 'missing'> => ({ files, missing: { code: 'RENDER_FAILED', at: valueFiles[i] ?? '', sentence } })
    if (path === '..' || path.startsWith('../')) return missing('the value file lies outside the repository')
    if (!isGlob(path)) {
      const there = index.files.has(path) || index.symlinks.has(path)
      if (there || !ignoreMissing) files.push(path)
      if (!there && !ignoreMissing) return missing('the value file is not in the repository')
      continue
    }
    const pattern = globSource(path)
    if (pattern === null) return missing('the pattern is not understood')
    const matches = [...index.files, ...index.symlinks].filter(file => pattern.test(file)).sort(bySegments)
    if (matches.length === 0 && !ignoreMissing) return missing('the pattern fits no file of the repository')
    // What is named itself stands where it is named.
    files.push(...matches.filter(file => !explicit.has(file)))
  }
  return { files: files.filter((file, i) => files.indexOf(file) === i) }
}

function isGlob(path: string): boolean {
  return /[*?[]/.test(path)
}

/** Folder by folder, as a walk through them meets the files. */
function bySegments(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')]
  const at = left.findIndex((part, i) => part !== right[i])
  if (at < 0) return left.length - right.length
  return (left[at] ?? '') < (right[at] ?? '') ? -1 : 1
}
