import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { WritError } from '../model/error.ts'
import { isObject, objectsAt } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import { CLUSTER_NAME, startKube } from './kube/server.ts'
import type { Kube } from './kube/server.ts'

/** Where it listens (`127.0.0.1:PORT`, null: any free port) and which file gets the kubeconfig (null: one in a temporary folder). */
export interface AloneOptions { readonly listen: string | null, readonly kubeconfig: string | null }

/** A running API, the file that leads to it, and what ends it. A file that was named stays, the temporary one goes. */
export interface Alone { readonly url: string, readonly kubeconfig: string, stop(): Promise<void> }

/**
 * Starts the embedded Kubernetes API alone, for kubectl. Throws usage/bad-argument for an address or a file that cannot be (a kubeconfig
 * of somebody else is left as it is), sandbox/failed where the port cannot be had.
 */
export async function startKubeAlone({ listen, kubeconfig }: AloneOptions): Promise<Alone> {
  const port = portOf(listen ?? '127.0.0.1:0')
  if (kubeconfig !== null) await expectOwn(kubeconfig)
  const server = await started(port)
  const folder = kubeconfig === null ? await mkdtemp(join(tmpdir(), 'writ-sandbox-')) : null
  const stop = async (): Promise<void> => {
    await server.stop()
    if (folder !== null) await rm(folder, { recursive: true, force: true })
  }
  const file = kubeconfig ?? join(folder ?? '', 'kubeconfig')
  try {
    await writeFile(file, server.kubeconfig, { mode: 0o600 })
    await chmod(file, 0o600)
  } catch (error) {
    await stop()
    throw new WritError('usage/bad-argument', `The kubeconfig ${file} cannot be written (${codeOf(error)}).`)
  }
  return { url: server.url, kubeconfig: file, stop }
}

function portOf(listen: string): number {
  const port = Number(/^127\.0\.0\.1:(\d{1,5})$/.exec(listen)?.[1] ?? Number.NaN)
  if (port >= 0 && port <= 65_535) return port
  throw new WritError('usage/bad-argument', `It listens on this machine only, not on ${listen}.`, { hint: '--listen 127.0.0.1:PORT, with a port up to 65535; 0 is any free one' })
}

async function started(port: number): Promise<Kube> {
  try {
    return await startKube({ port })
  } catch (error) {
    const why = { EADDRINUSE: 'it is in use', EACCES: 'this user may not have it' }[codeOf(error)] ?? codeOf(error)
    throw new WritError('sandbox/failed', `The embedded Kubernetes API cannot listen on 127.0.0.1:${port}: ${why}.`, { hint: 'Name another port, or leave --listen out.' })
  }
}

/** What is already at the place of the file must be from a run before. */
async function expectOwn(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw new WritError('usage/bad-argument', `The kubeconfig ${file} cannot be read (${codeOf(error)}).`)
  })
  if (text === null || isOwn(text)) return
  throw new WritError('usage/bad-argument', `${file} is not a kubeconfig that writ sandbox kube wrote; it is left as it is.`, { hint: 'Name a file that is not there yet.' })
}

/** True where every cluster, user and context has the name that is written here. */
function isOwn(text: string): boolean {
  try {
    const config: Json = parse(text)
    return isObject(config) && ['clusters', 'users', 'contexts'].every(list => {
      const entries = objectsAt(config, list)
      return entries.length === 1 && entries[0]?.['name'] === CLUSTER_NAME
    })
  } catch {
    return false
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
}
