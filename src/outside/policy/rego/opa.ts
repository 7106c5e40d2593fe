import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isList, isObject, plainJson, textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import { baseEnvironment, run } from '../../run.ts'
import type { RunResult } from '../../run.ts'
import { scratchFolder } from '../../scratch-folder.ts'

/** A Rego file. `version` 0 is the language before OPA 1.0. */
export interface RegoFile { readonly path: string, readonly text: string, readonly version: 0 | 1 }

/** One evaluation: all of `query`, which reads `input`, over the files. */
export interface OpaAsk { readonly files: readonly RegoFile[], readonly query: string, readonly input: Json, readonly timeoutMs: number }

/** What came of it, or why nothing did. `late`: trying again would cost the same time. */
export type OpaAnswer = { readonly value: Json } | { readonly failed: string, readonly late?: true }

const MISSING = 'opa is not on PATH: install Open Policy Agent 1.0 or later (https://www.openpolicyagent.org/docs), or take the policy out of the policy folder'
const START_MS = 20_000
const MOST_OUTPUT = 16 * 1024 * 1024
/** Of the functions whose result is not made of their arguments alone, those that reach nothing: no network, no environment, no file. */
const HARMLESS: readonly string[] = ['io.jwt.decode_verify', 'io.jwt.encode_sign', 'io.jwt.encode_sign_raw', 'json.match_schema', 'json.verify_schema', 'rand.intn', 'time.now_ns', 'uuid.rfc4122']

/** What a version of opa may do here, by PATH: another one may stand there later. */
const capabilities = new Map<string, Promise<{ readonly text: string } | { readonly failed: string }>>()

/**
 * Evaluates Rego by the `opa` on PATH: in a process without network where the kernel allows that, with limits on time and memory, an empty environment, and without
 * `http.send`, `net.lookup_ip_addr`, `opa.runtime` or any function that this Writ does not know to be harmless. Never throws for what a policy does.
 */
export async function evaluate({ files, query, input, timeoutMs }: OpaAsk): Promise<OpaAnswer> {
  const allowed = await allowedHere()
  if ('failed' in allowed) return allowed
  return inScratch(async dir => {
    await put(dir, {
      'capabilities.json': allowed.text, 'input.json': JSON.stringify(input),
      'bundle/.manifest': JSON.stringify({ rego_version: 1, file_rego_versions: Object.fromEntries(files.flatMap(({ version }, i) => version === 0 ? [[`/${moduleName(i)}`, 0]] : [])) }),
      ...Object.fromEntries(files.map(({ text }, i) => [`bundle/${moduleName(i)}`, text])),
    })
    const result = await opa(dir, ['eval', '--format=json', '--bundle=bundle', '--capabilities=capabilities.json', '--input=input.json', '--stdin'], { input: query, timeout: timeoutMs })
    if (typeof result === 'string') return { failed: result }
    if (result.timedOut) return { failed: `the evaluation took longer than ${timeoutMs} ms and was ended`, late: true }
    if (result.tooLarge) return { failed: 'the evaluation gave more than 16 MiB', late: true }
    return answerOf(result, files)
  })
}

/** The syntax tree of a file; as version 1 where that is asked for or the file is that, else as version 0. */
export async function parseRego(text: string, versions: readonly (0 | 1)[]): Promise<{ readonly tree: Json, readonly version: 0 | 1 } | { readonly failed: string }> {
  return inScratch(async dir => {
    await put(dir, { 'm0.rego': text })
    const failures: string[] = []
    for (const version of versions) {
      const result = await opa(dir, ['parse', '--format=json', ...version === 0 ? ['--v0-compatible'] : [], 'm0.rego'], { input: '', timeout: START_MS })
      if (typeof result === 'string') return { failed: result }
      const tree = result.code === 0 ? jsonOf(result.stdout.toString('utf8')) : undefined
      if (tree !== undefined) return { tree, version }
      failures.push(firstError(jsonOf(result.stdout.toString('utf8')) ?? jsonOf(result.stderr)) ?? `opa cannot parse it: ${firstLine(result.stderr)}`)
    }
    return { failed: failures[0] ?? 'it cannot be parsed' }
  })
}

/** The name under which a module is handed to opa: what a repository calls its files says nothing there. */
function moduleName(i: number): string {
  return `m${i}.rego`
}

function answerOf(result: RunResult, files: readonly RegoFile[]): OpaAnswer {
  const output = jsonOf(result.stdout.toString('utf8'))
  const named = (text: string): string => text.replace(/(?:bundle)?\/?\bm(\d+)\.rego\b/g, (whole, i: string) => files[Number(i)]?.path ?? whole)
  const error = firstError(output)
  if (error !== null || result.code !== 0) return { failed: named(error ?? `opa ended with ${result.code ?? 'a signal'}: ${firstLine(result.stderr)}`) }
  const results = valueAt(output, 'result')
  const [first] = isList(results) ? results : []
  const expressions = valueAt(first, 'expressions')
  const [expression] = isList(expressions) ? expressions : []
  const value = valueAt(expression, 'value')
  return value === undefined ? { failed: 'opa gave no result' } : { value }
}

function firstError(output: Json | undefined): string | null {
  const errors = valueAt(output, 'errors')
  const [error] = isList(errors) ? errors : []
  const message = textAt(error, 'message')
  if (message === undefined) return null
  const row = valueAt(error, 'location', 'row')
  return `${textAt(error, 'location', 'file') ?? ''}${typeof row === 'number' ? `:${row}: ` : ''}${message}`.replace(/^m0\.rego:/, 'line ')
}

async function allowedHere(): Promise<{ readonly text: string } | { readonly failed: string }> {
  const key = process.env['PATH'] ?? ''
  const known = capabilities.get(key) ?? readCapabilities()
  capabilities.set(key, known)
  const found = await known
  // It may be installed while a server runs.
  if ('failed' in found) capabilities.delete(key)
  return found
}

async function readCapabilities(): Promise<{ readonly text: string } | { readonly failed: string }> {
  return inScratch(async dir => {
    const version = await opa(dir, ['version'], { input: '', timeout: START_MS })
    if (typeof version === 'string') return { failed: version }
    const found = /^Version: (\d+)\.(\d+)/m.exec(version.stdout.toString('utf8'))
    if (found === null || Number(found[1]) < 1) return { failed: `opa 1.0 or later is needed, and ${found === null ? 'an unknown version' : `${found[1] ?? ''}.${found[2] ?? ''}`} is on PATH` }
    const result = await opa(dir, ['capabilities', '--current'], { input: '', timeout: START_MS })
    if (typeof result === 'string') return { failed: result }
    const all = jsonOf(result.stdout.toString('utf8'))
    const builtins = valueAt(all, 'builtins')
    if (!isObject(all) || !isList(builtins)) return { failed: 'opa does not say what it is capable of' }
    return { text: JSON.stringify({ ...all, builtins: builtins.filter(isHarmless), allow_net: [] }) }
  })
}

function isHarmless(builtin: Json): boolean {
  const name = textAt(builtin, 'name') ?? ''
  return HARMLESS.includes(name) || (valueAt(builtin, 'nondeterministic') !== true && !/^(?:http|opa)\.|^net\.(?!cidr_)/.test(name))
}

/** A result, or a sentence where opa cannot be started. */
async function opa(dir: string, args: readonly string[], how: { readonly input: string, readonly timeout: number }): Promise<RunResult | string> {
  const { PATH = '', TMPDIR = '' } = baseEnvironment()
  try {
    return await run({ program: 'opa', args, cwd: dir, env: { PATH, TMPDIR, HOME: dir, GOMEMLIMIT: '768MiB' }, maxOutput: MOST_OUTPUT, isolated: true, ...how })
  } catch {
    return MISSING
  }
}

async function inScratch<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await scratchFolder('writ-rego-')
  try {
    return await work(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function put(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
}

function jsonOf(text: string): Json | undefined {
  try {
    return plainJson(JSON.parse(text))
  } catch {
    return undefined
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]?.slice(0, 300) ?? ''
}
