import { WritError } from '../../model/error.ts'
import { checkObjectId } from '../ref.ts'
import type { Mirror } from './mirror.ts'

/** A blob and its size in bytes. */
export interface SizedBlob { readonly blob: string, readonly size: number }

// Blobs are read in portions, so that a large tree never stands in memory whole.
const PORTION = 32 * 1024 * 1024
// Manifests; larger ones are not kept.
const SMALL = 256 * 1024

/** The sizes of blobs; ids that are no blob are left out. */
export async function blobSizes(mirror: Mirror, ids: readonly string[]): Promise<readonly SizedBlob[]> {
  if (ids.length === 0) return []
  const output = await mirror.pipe(['cat-file', '--batch-check'], { input: lines(ids) })
  return output.stdout.toString('latin1').split('\n').flatMap(line => {
    const [blob = '', type, size] = line.split(' ')
    return type === 'blob' ? [{ blob, size: Number(size) }] : []
  })
}

/** Gives the exact bytes of each blob to `take`, a portion at a time: no filter, no line-end conversion. */
export async function eachBlob(mirror: Mirror, blobs: readonly SizedBlob[], take: (contents: ReadonlyMap<string, Buffer>) => Promise<void>): Promise<void> {
  let portion: SizedBlob[] = []
  let bytes = 0
  for (const blob of blobs) {
    if (portion.length > 0 && bytes + blob.size > PORTION) {
      await take(await readPortion(mirror, portion))
      portion = []
      bytes = 0
    }
    portion.push(blob)
    bytes += blob.size
  }
  if (portion.length > 0) await take(await readPortion(mirror, portion))
}

/** The exact bytes of blobs no larger than `limit`; the others are left out. */
export async function readBlobs(mirror: Mirror, ids: readonly string[], limit: number): Promise<ReadonlyMap<string, Buffer>> {
  const once = [...new Set(ids)]
  const known = once.flatMap(blob => { const bytes = mirror.known.blobs.get(blob); return bytes === undefined ? [] : [{ blob, size: bytes.length }] })
  const asked = await blobSizes(mirror, once.filter(id => mirror.known.blobs.get(id) === undefined))
  return readSized(mirror, [...known, ...asked].filter(blob => blob.size <= limit))
}

/** The exact bytes of blobs whose sizes are known. */
export async function readSized(mirror: Mirror, blobs: readonly SizedBlob[]): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>()
  const wanted = new Map<string, number>()
  for (const { blob, size } of blobs) {
    const known = mirror.known.blobs.get(blob)
    if (known === undefined) wanted.set(blob, size)
    else found.set(blob, known)
  }
  await eachBlob(mirror, [...wanted].map(([blob, size]) => ({ blob, size })), async contents => {
    for (const [id, bytes] of contents) {
      found.set(id, bytes)
      keepBlob(mirror, id, bytes)
    }
    return Promise.resolve()
  })
  return found
}

/** Keeps what a blob holds, where it is small. A copy: what was read stands in one piece, which a small part of it would keep whole. */
export function keepBlob(mirror: Mirror, id: string, bytes: Buffer): void {
  if (bytes.length <= SMALL) mirror.known.blobs.keep(id, Buffer.from(bytes), bytes.length + 100)
}

/** The text, or null where the bytes are not UTF-8. A byte order mark stays in the text, so that it can be written back. */
export function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

async function readPortion(mirror: Mirror, portion: readonly SizedBlob[]): Promise<ReadonlyMap<string, Buffer>> {
  const total = portion.reduce((sum, { size }) => sum + size + 100, 0)
  const { stdout } = await mirror.pipe(['cat-file', '--batch'], { input: lines(portion.map(({ blob }) => blob)), maxOutput: total })
  const contents = new Map<string, Buffer>()
  let at = 0
  for (const { blob, size } of portion) {
    const end = stdout.indexOf(10, at)
    if (stdout.subarray(at, end).toString('latin1') !== `${blob} blob ${String(size)}`) throw new WritError('git/failed', `The mirror in ${mirror.dir} cannot give ${blob}.`, { hint: 'Remove that folder; Writ fetches the repository anew.' })
    contents.set(blob, stdout.subarray(end + 1, end + 1 + size))
    at = end + size + 2
  }
  return contents
}

function lines(ids: readonly string[]): string {
  return ids.map(id => `${checkObjectId(id)}\n`).join('')
}
