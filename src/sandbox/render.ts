import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { baseEnvironment, run } from '../outside/run.ts'
import type { RunResult } from '../outside/run.ts'
import type { KubernetesObject } from '../model/resource.ts'
import { readObjects } from './yaml-objects.ts'

const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** How a controller builds: Argo CD keeps every file below the root, Flux lets it read the whole repository. */
export type LoadRestrictor = 'LoadRestrictionsRootOnly' | 'LoadRestrictionsNone'

/** True where a folder holds a kustomization file. */
export function hasKustomization(folder: string): boolean {
  return NAMES.some(name => existsSync(join(folder, name)))
}

/** The programs that users have. */
export type KustomizeProgram = 'kustomize' | 'kubectl'

const found = new Map<string, Promise<KustomizeProgram | null>>()

/** Which program builds kustomizations here; null where there is none of version 5 or later. Asked once for each PATH. */
export function kustomizeProgram(): Promise<KustomizeProgram | null> {
  const path = process.env['PATH'] ?? ''
  const known = found.get(path) ?? findProgram()
  found.set(path, known)
  return known
}

async function findProgram(): Promise<KustomizeProgram | null> {
  const own = await output('kustomize', ['version'])
  if (own !== null && major(own) >= 5) return 'kustomize'
  const embedded = await output('kubectl', ['version', '--client', '--output=json'])
  if (embedded === null) return null
  return major(/"kustomizeVersion":\s*"([^"]*)"/.exec(embedded)?.[1] ?? '') >= 5 ? 'kubectl' : null
}

/** Builds a folder. Throws with the renderer's own message. */
export async function kustomizeBuild(folder: string, restrictor: LoadRestrictor): Promise<readonly KubernetesObject[]> {
  const program = await kustomizeProgram()
  if (program === null) throw new Error('kustomize: executable file not found in $PATH')
  const result = await run({
    program, args: [program === 'kubectl' ? 'kustomize' : 'build', folder, `--load-restrictor=${restrictor}`],
    // No network: a remote base fails at once instead of reaching out.
    env: { ...baseEnvironment(), HOME: '/nonexistent', GIT_ALLOW_PROTOCOL: 'none', HTTPS_PROXY: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' },
    timeout: 60_000,
  })
  if (result.timedOut) throw new Error('kustomize build timed out after 60 s')
  if (result.code !== 0) throw new Error(result.stderr.trim().replaceAll(folder, '<path to cached source>').replaceAll(/\/[^\s']*\/tree-[0-9a-f]{16}/g, '<source>'))
  return readObjects(result.stdout.toString('utf8'), 'kustomize build')
}

/** The files that a source of plain manifests is made of, relative and sorted. */
export async function listFiles(folder: string, wanted: { readonly recurse: boolean, readonly endings: readonly string[] }): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: wanted.recurse })
  return entries
    .filter(entry => (entry.isFile() || entry.isSymbolicLink()) && wanted.endings.some(ending => entry.name.endsWith(ending)))
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length).replace(/^\/+/, ''))
    .sort()
}

/** The objects of one file of plain manifests. */
export async function readManifest(folder: string, path: string): Promise<readonly KubernetesObject[]> {
  return readObjects(await readFile(join(folder, path), 'utf8'), path)
}

async function output(program: 'kustomize' | 'kubectl', args: readonly string[]): Promise<string | null> {
  const result: RunResult | null = await run({ program, args, env: { ...baseEnvironment(), HOME: '/nonexistent' }, timeout: 20_000 }).catch(() => null)
  return result === null || result.code !== 0 ? null : result.stdout.toString('utf8').trim()
}

function major(version: string): number {
  return Number(/v?(\d+)\./.exec(version)?.[1] ?? 0)
}
