import { execFile } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const call = promisify(execFile)
const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
const NOWHERE = 'http://127.0.0.1:1'

/** What a directory renders to: its text, or null where it does not render. */
export type Rendered = string | null

/** How a directory is read: by its kustomization file, as files directly in it, or as kustomize-controller reads one without a kustomization file. */
export interface BuildAsk { readonly folder: string, readonly path: string, readonly way: 'asked' | 'flux' | 'recurse', readonly restrictor: 'root' | 'none' }

let program: 'kustomize' | 'kubectl' | null = null

/** The renderer of the judge, and its version. */
export async function rendererLine(): Promise<string> {
  for (const [name, args] of [['kustomize', ['version']], ['kubectl', ['version', '--client']]] as const) {
    const found = await call(name, [...args]).catch(() => null)
    if (found !== null) {
      program = name
      return `${name} ${found.stdout.trim().replaceAll('\n', ' ')}`
    }
  }
  throw new Error('neither kustomize nor kubectl is on PATH')
}

/** Renders one directory, without network, home and credentials. */
export async function build(ask: BuildAsk): Promise<Rendered> {
  if (kustomizationOf(ask.folder, ask.path) !== null) return kustomize(join(ask.folder, ask.path), ask.restrictor)
  if (!existsSync(join(ask.folder, ask.path))) return null
  const parts: string[] = []
  const visit = async (path: string): Promise<boolean> => {
    for (const entry of readdirSync(join(ask.folder, path), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inner = path === '' ? entry.name : `${path}/${entry.name}`
      if (entry.isFile() && /\.ya?ml$/.test(entry.name)) parts.push(readFileSync(join(ask.folder, inner), 'utf8'))
      if (!entry.isDirectory() || ask.way === 'asked' || entry.name === '.git') continue
      if (ask.way === 'flux' && kustomizationOf(ask.folder, inner) !== null) {
        const text = await kustomize(join(ask.folder, inner), ask.restrictor)
        if (text === null) return false
        parts.push(text)
      } else if (!await visit(inner)) return false
    }
    return true
  }
  return await visit(ask.path) ? parts.map(part => part.replace(/^\uFEFF/, '')).join('\n---\n') : null
}

/** The path of the kustomization file of a directory. */
export function kustomizationOf(folder: string, path: string): string | null {
  const name = NAMES.find(candidate => existsSync(join(folder, path, candidate)) && statSync(join(folder, path, candidate)).isFile())
  return name === undefined ? null : path === '' ? name : `${path}/${name}`
}

export function isKustomizationFile(path: string): boolean {
  return NAMES.includes(path.slice(path.lastIndexOf('/') + 1))
}

async function kustomize(directory: string, restrictor: 'root' | 'none'): Promise<Rendered> {
  if (program === null) await rendererLine()
  const name = program ?? 'kustomize'
  const done = await call(name, [name === 'kustomize' ? 'build' : 'kustomize', directory, `--load-restrictor=${restrictor === 'none' ? 'LoadRestrictionsNone' : 'LoadRestrictionsRootOnly'}`], {
    maxBuffer: 2 ** 28, timeout: 60_000, killSignal: 'SIGKILL',
    env: { PATH: process.env['PATH'] ?? '', HOME: '/dev/null', HTTP_PROXY: NOWHERE, HTTPS_PROXY: NOWHERE, GIT_ALLOW_PROTOCOL: 'none', GIT_TERMINAL_PROMPT: '0' },
  }).catch(() => null)
  return done?.stdout ?? null
}
