import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { kustomizationOf } from './build.ts'
import type { EditCase } from './cases.ts'
import { directoryOf } from './consumers.ts'
import type { LaidOut } from './laid-out.ts'
import type { Fields, Value } from './manifests.ts'
import { isFields, isList, manifestsOf } from './manifests.ts'
import { newValue } from './new-value.ts'
import { filesBelow } from './working-copy.ts'

type Scalar = string | number | boolean

/** Numbers from 0 to 1, the same ones for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Random fields of random objects of one repository, as cases. Gives up on a repository in which too little renders. */
export async function randomCases(repository: LaidOut, ask: { readonly repo: string, readonly count: number, readonly random: () => number }): Promise<readonly EditCase[]> {
  const directories = directoriesOf(repository.folder)
  const found: EditCase[] = []
  for (let tries = 0; found.length < ask.count && tries < ask.count * 20 && directories.length > 0; tries += 1) {
    const path = pick(directories, ask.random)
    const text = await repository.before({ path, way: 'asked', restrictor: 'root' })
    const one = text === null ? null : randomCase({ repository, path, text, random: ask.random })
    if (one !== null && !found.some(other => other.id === one.id)) found.push({ ...one, repo: ask.repo })
  }
  return found
}

/** Directories with a kustomization, or with manifests and none. */
export function directoriesOf(folder: string): readonly string[] {
  const all = new Set(filesBelow(folder).filter(path => /\.ya?ml$|(?:^|\/)Kustomization$/.test(path)).map(directoryOf))
  return [...all].filter(path => kustomizationOf(folder, path) !== null || readdirSync(join(folder, path)).some(name => /\.ya?ml$/.test(name))).sort()
}

function randomCase({ repository, path, text, random }: { readonly repository: LaidOut, readonly path: string, readonly text: string, readonly random: () => number }): EditCase | null {
  const objects = manifestsOf(text).flatMap(({ value, identity }) => (isFields(value) && nameOf(value) !== null ? [{ value, identity, name: nameOf(value) ?? '' }] : []))
  if (objects.length === 0) return null
  const { value, identity, name } = pick(objects, random)
  const leaves = leavesOf(value, '').filter(leaf => !/^\/(?:apiVersion|kind|status\b|metadata\/(?:name|namespace)$)/.test(leaf.pointer))
  if (leaves.length === 0 || objects.filter(other => other.identity === identity).length > 1) return null
  const { pointer, scalar } = pick(leaves, random)
  if (typeof scalar === 'string' && /[\n\r]|^(?:int|time):/.test(scalar)) return null
  const kustomized = kustomizationOf(repository.folder, path) !== null
  const root = repository.consumers.all.some(consumer => consumer.path === path)
  const metadata = value['metadata']
  const namespace = isFields(metadata) ? metadata['namespace'] : undefined
  return {
    id: `${path || '.'} ${identity} ${pointer}`.replaceAll(/[^\w.-]+/g, '_').slice(-120), repo: '', engine: kustomized ? 'kustomize' : 'plain', overlayPath: path || '.', entry: kustomized ? root ? 'root' : 'referenced' : 'dir',
    gvk: `${String(value['apiVersion'])}/${String(value['kind'])}`, ns: typeof namespace === 'string' ? namespace : null, name, container: null, field: `pointer:${pointer}`, oldValue: scalar, newValue: newValue('', scalar),
  }
}

function nameOf(value: Fields): string | null {
  const metadata = value['metadata']
  const name = isFields(metadata) ? metadata['name'] : undefined
  return typeof name === 'string' && /^[\w.:-]+$/.test(name) && typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string' ? name : null
}

function leavesOf(value: Value, pointer: string): readonly { readonly pointer: string, readonly scalar: Scalar }[] {
  if (isList(value)) return value.flatMap((item, i) => leavesOf(item, `${pointer}/${i}`))
  if (isFields(value)) return Object.entries(value).flatMap(([key, item]) => leavesOf(item, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`))
  return value === null ? [] : [{ pointer, scalar: value }]
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('nothing to choose from')
  return item
}
