import { readFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { WritError } from '../../model/error.ts'

/** What choosing a cluster needs of a kubeconfig; credentials are left to the Kubernetes client. */
export interface Kubeconfig {
  readonly files: readonly string[]
  readonly current: string | null
  /** Context name → its namespace. */
  readonly contexts: ReadonlyMap<string, string | null>
}

const File = z.looseObject({
  'current-context': z.string().nullish(),
  contexts: z.array(z.looseObject({ name: z.string(), context: z.looseObject({ namespace: z.string().nullish() }).nullish() })).nullish(),
})

/** The files that kubectl would read: the one named, else `KUBECONFIG`, else `~/.kube/config`. */
export function kubeconfigFiles(named: string | undefined, dir: string, environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (named !== undefined) return [resolve(dir, named)]
  const listed = (environment['KUBECONFIG'] ?? '').split(delimiter).filter(file => file !== '')
  return listed.length > 0 ? listed : [join(environment['HOME'] ?? '', '.kube', 'config')]
}

/**
 * Reads and merges kubeconfig files as kubectl does: the first file that names a thing wins, files that are missing are passed over.
 * Throws config/invalid where none is there or one cannot be read.
 */
export async function readKubeconfig(files: readonly string[]): Promise<Kubeconfig> {
  const contexts = new Map<string, string | null>()
  const found: string[] = []
  let current: string | null = null
  for (const path of files) {
    const text = await textOf(path)
    if (text === null) continue
    found.push(path)
    const file = parsed(path, text)
    current ??= file['current-context'] || null
    for (const { name, context } of file.contexts ?? []) if (!contexts.has(name)) contexts.set(name, context?.namespace || null)
  }
  if (found.length === 0) {
    throw new WritError('config/invalid', `There is no kubeconfig at ${files.join(' or ')}.`, { hint: 'Set KUBECONFIG, or clusters[].kubeconfig in writ.yaml.' })
  }
  return { files: found, current, contexts }
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw new WritError('config/invalid', `The kubeconfig ${path} cannot be read.`, { cause, hint: 'Check the owner and the rights of the file.' })
  }
}

function parsed(path: string, text: string): z.infer<typeof File> {
  try {
    return File.parse(parse(text) ?? {})
  } catch {
    // The parser's own message quotes lines of the file, and those may hold credentials.
    throw new WritError('config/invalid', `The kubeconfig ${path} is not a kubeconfig.`, { hint: 'kubectl config view --kubeconfig FILE shows what is wrong.' })
  }
}
