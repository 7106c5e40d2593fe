import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { LineCounter, isScalar, parseAllDocuments } from 'yaml'
import type { Document, Scalar } from 'yaml'
import type { Rendered } from './build.ts'
import { build, kustomizationOf } from './build.ts'
import type { EditCase } from './cases.ts'
import { apiVersionOf, kindOf, pathOf } from './cases.ts'
import { directoryOf } from './consumers.ts'
import { stepsOf, targetsOf } from './field.ts'
import type { Fields } from './manifests.ts'
import { isFields, manifestsOf } from './manifests.ts'

/** Where the value of a case comes from (testing.md section 5): a file of the asked directory, an inherited one, or changed on the way. */
export type OriginKind = 'own' | 'inherited' | 'overridden' | 'unknown'

/** The origin of a case; `at` is the scalar with the old value in the file that the object comes from. */
export interface Origin { readonly kind: OriginKind, readonly at: OriginPlace | null }

/** One scalar of a file. */
export interface OriginPlace { readonly path: string, readonly start: number, readonly end: number, readonly line: number }

/** Finds origins in one repository; renders each directory once more, from beside the repository, so that the renderer says which file each object is from. */
export function originsOf(folder: string): (one: EditCase) => Promise<Origin> {
  const wrapped = new Map<string, Promise<Rendered>>()
  return async one => {
    const directory = pathOf(one)
    if (kustomizationOf(folder, directory) === null) {
      const files = readdirSync(join(folder, directory)).filter(name => /\.ya?ml$/.test(name)).map(name => (directory === '' ? name : `${directory}/${name}`))
      const found = files.map(path => placeIn(folder, path, one)).find(place => place !== null)
      return found === undefined ? { kind: 'unknown', at: null } : { kind: 'own', at: found }
    }
    const rendering = wrapped.get(directory) ?? wrap(folder, directory)
    wrapped.set(directory, rendering)
    const text = await rendering
    const [object] = text === null ? [] : targetsOf(one, manifestsOf(text))
    const path = object === undefined ? null : originPath(folder, object)
    if (path === null) return { kind: 'unknown', at: null }
    const at = placeIn(folder, path, one)
    return at === null ? { kind: 'overridden', at: null } : { kind: isIn(path, directory) ? 'own' : 'inherited', at }
  }
}

/** A kustomization beside the repository that lists one of its directories and asks for origins (testing.md section 4). */
async function wrap(folder: string, directory: string): Promise<Rendered> {
  mkdirSync(join(folder, '../wrappers'), { recursive: true })
  const wrapper = mkdtempSync(join(folder, '../wrappers/w'))
  writeFileSync(join(wrapper, 'kustomization.yaml'), `resources:\n- ${relative(wrapper, join(folder, directory))}\nbuildMetadata: [originAnnotations]\n`)
  return build({ folder: wrapper, path: '', way: 'asked', restrictor: 'root' })
}

function originPath(folder: string, object: Fields): string | null {
  const metadata = object['metadata']
  const annotations = isFields(metadata) ? metadata['annotations'] : undefined
  const text = isFields(annotations) ? annotations['config.kubernetes.io/origin'] : undefined
  const path = /^path: (.+)$/m.exec(typeof text === 'string' ? text : '')?.[1]
  if (path === undefined) return null
  const found = relative(folder, resolve(join(folder, '../wrappers/w'), path))
  return found.startsWith('..') || !existsSync(join(folder, found)) ? null : found
}

function isIn(path: string, directory: string): boolean {
  return directory === '' || directoryOf(path) === directory || path.startsWith(`${directory}/`)
}

/** The scalar of a case in one file, where it holds the old value. The name may lack what prefixes and suffixes add. */
export function placeIn(folder: string, path: string, one: EditCase): OriginPlace | null {
  const text = readFileSync(join(folder, path), 'utf8')
  const counter = new LineCounter()
  for (const document of parseAllDocuments(text, { lineCounter: counter, logLevel: 'silent', uniqueKeys: false, merge: true })) {
    if (document.errors.length > 0 || !isOf(one, document)) continue
    const node = scalarAt(document, one)
    if (node === null || node.value !== one.oldValue || node.range === undefined || node.range === null) continue
    return { path, start: node.range[0], end: node.range[1], line: counter.linePos(node.range[0]).line }
  }
  return null
}

function isOf(one: EditCase, document: Document): boolean {
  const name = document.getIn(['metadata', 'name'])
  return document.get('kind') === kindOf(one) && document.get('apiVersion') === apiVersionOf(one) && typeof name === 'string' && one.name.includes(name)
}

function scalarAt(document: Document, one: EditCase): Scalar | null {
  let path: readonly unknown[] = []
  for (const step of stepsOf(one)) {
    if (typeof step === 'string') path = [...path, step]
    else {
      const list: unknown = (document.toJS({ maxAliasCount: -1 }) as unknown)
      const items = path.reduce<unknown>((here, key) => (typeof here === 'object' && here !== null ? Reflect.get(here, String(key)) : undefined), list)
      const index = Array.isArray(items) ? items.findIndex((item: unknown) => typeof item === 'object' && item !== null && Reflect.get(item, 'name') === step.named) : -1
      if (index < 0) return null
      path = [...path, index]
    }
  }
  const node = document.getIn(path, true)
  return isScalar(node) ? node : null
}
