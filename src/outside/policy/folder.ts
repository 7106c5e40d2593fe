import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { WritError } from '../../model/error.ts'

/** A file of the policy folder; the path is relative to it, with `/`. */
export interface PolicyFile { readonly path: string, readonly text: string }

/** Folders whose files decide verdicts. */
const RULE_FOLDERS = ['resource', 'bindings', 'params', 'gatekeeper', 'rego'] as const
/** Folders that are known and decide nothing: cases for the tests. */
const OTHER_FOLDERS: ReadonlySet<string> = new Set(['tests'])
/** Part of the layout of policy.md section 5, and not evaluated by this version. */
const NOT_YET: ReadonlySet<string> = new Set(['change', 'exceptions'])

const MAX_FILE = 1024 * 1024
const MAX_FILES = 1000

/**
 * Reads all files that decide verdicts, sorted by path.
 * Throws config/invalid for everything in the folder that is not understood: a policy that is not seen would never block.
 */
export async function readFolder(dir: string): Promise<readonly PolicyFile[]> {
  const files: PolicyFile[] = []
  for (const entry of await entriesOf(dir)) {
    const path = entry.name
    if (entry.isFile() && isText(path)) continue
    if (!entry.isDirectory()) throw notSupported(dir, path, 'only the folders resource, bindings, params, gatekeeper, rego and tests, and Markdown files, belong here')
    if (NOT_YET.has(path)) throw notSupported(dir, path, 'this version does not evaluate this kind of policy')
    if (OTHER_FOLDERS.has(path)) continue
    if (!RULE_FOLDERS.some(known => known === path)) throw notSupported(dir, path, 'the folder is not known')
    files.push(...await readRules(dir, path))
  }
  if (files.length > MAX_FILES) throw notSupported(dir, '.', `there are more than ${MAX_FILES} files`)
  return files.sort((a, b) => a.path < b.path ? -1 : 1)
}

/** sha256 over the sorted paths and contents. */
export function bundleHash(files: readonly PolicyFile[]): string {
  const hash = createHash('sha256')
  for (const { path, text } of files) hash.update(`${Buffer.byteLength(path)}:${path}${Buffer.byteLength(text)}:${text}`)
  return hash.digest('hex')
}

/** Folders of Rego and of Gatekeeper may hold folders, as their own tools have them. */
async function readRules(dir: string, folder: string): Promise<PolicyFile[]> {
  const [top = ''] = folder.split('/')
  const files: PolicyFile[] = []
  for (const entry of await entriesOf(join(dir, folder))) {
    const path = `${folder}/${entry.name}`
    if (entry.isFile() && (isText(entry.name) || entry.name.endsWith('_test.rego'))) continue
    if (entry.isDirectory() && (top === 'rego' || top === 'gatekeeper')) {
      files.push(...await readRules(dir, path))
      continue
    }
    if (!entry.isFile()) throw notSupported(dir, path, 'only plain files belong here')
    const wanted = top === 'rego' ? ['.rego'] : ['.yaml', '.yml']
    if (!wanted.includes(extname(entry.name))) throw notSupported(dir, path, `only ${wanted.join(' and ')} files belong here`)
    const text = await readFile(join(dir, path), 'utf8')
    if (text.length > MAX_FILE) throw notSupported(dir, path, 'the file is larger than 1 MiB')
    files.push({ path, text })
  }
  return files
}

async function entriesOf(dir: string) {
  try {
    return await readdir(dir, { withFileTypes: true })
  } catch (cause) {
    throw new WritError('config/invalid', `The policy folder ${dir} cannot be read.`, { cause, hint: 'Correct `policies` in writ.yaml, or the rights of the folder.' })
  }
}

function isText(name: string): boolean {
  return name.endsWith('.md') || name === '.gitkeep'
}

function notSupported(dir: string, path: string, why: string): WritError {
  return new WritError('config/invalid', `${join(dir, path)}:1: not supported in a policy folder: ${why}.`, { hint: 'Move the file out of the policy folder. What cannot be evaluated never passes.' })
}
