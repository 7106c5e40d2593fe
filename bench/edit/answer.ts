import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { z } from 'zod'
import type { EditCase } from './cases.ts'
import { apiVersionOf, kindOf } from './cases.ts'

const CHECKOUT = join(import.meta.dirname, '../..')
const objectName = z.looseObject({ apiVersion: z.string().optional(), kind: z.string(), namespace: z.string().nullish(), name: z.string() })

/** What `writ edit … -o json` prints, as its contract says; further keys are let through. */
const answerShape = z.looseObject({
  status: z.enum(['edited', 'no_change', 'refused', 'failed']),
  code: z.string().nullish(),
  message: z.string().nullish(),
  hint: z.string().nullish(),
  files: z.array(z.looseObject({ path: z.string(), diff: z.string() })).default([]),
  changes: z.array(z.looseObject({ object: objectName, path: z.unknown(), before: z.unknown().optional(), after: z.unknown().optional() })).default([]),
  blast: z.array(z.looseObject({ path: z.string(), objects: z.array(z.unknown()).nullable(), error: z.string().nullish() })).default([]),
  evidence: z.array(z.unknown()).default([]),
})

export type EditAnswer = z.infer<typeof answerShape>

/** One run of the command: its answer, null where it gave none, and how it ended. */
export interface EditRun { readonly answer: EditAnswer | null, readonly exit: number | null, readonly milliseconds: number, readonly words: string }

/** The program as it is started: the built one where it is no older than its source, else the source. */
export function writProgram(): readonly string[] {
  const built = join(CHECKOUT, 'dist/main.js')
  const isNew = existsSync(built) && newest(join(CHECKOUT, 'src')) <= newest(join(CHECKOUT, 'dist'))
  return isNew ? [built] : ['--import', createRequire(join(CHECKOUT, 'package.json')).resolve('tsx'), join(CHECKOUT, 'src/main.ts')]
}

/** What a user would type for a case. */
export function argumentsOf(one: EditCase, scope: 'shared' | null): readonly string[] {
  const [group, version] = apiVersionOf(one).includes('/') ? apiVersionOf(one).split('/') : [null, apiVersionOf(one)]
  const type = group === null || group === undefined ? kindOf(one) : `${kindOf(one)}.${version ?? ''}.${group}`
  return [
    'edit', one.overlayPath, `${type}/${one.name}`, ...one.ns === null ? [] : ['-n', one.ns], ...one.container === null ? [] : ['-c', one.container],
    '--set', `${fieldOf(one)}=${String(one.newValue)}`, ...scope === null ? [] : ['--scope', scope], '-o', 'json',
  ]
}

/** The name of a field as the command takes it. */
function fieldOf(one: EditCase): string {
  if (one.field.startsWith('values:')) return `/spec/values${one.field.slice('values:'.length)}`
  if (one.field.startsWith('pointer:')) return one.field.slice('pointer:'.length)
  if (one.field.startsWith('env:')) return `env.${one.field.slice('env:'.length)}`
  return { memoryLimit: 'limits.memory', cpuLimit: 'limits.cpu' }[one.field] ?? one.field
}

/** Runs the command in a folder. */
export async function runWrit(program: readonly string[], args: readonly string[], at: { readonly cwd: string, readonly timeout: number, readonly path?: string }): Promise<EditRun> {
  const start = performance.now()
  return new Promise(resolve => {
    execFile(process.execPath, [...program, ...args], {
      cwd: at.cwd, timeout: at.timeout, killSignal: 'SIGKILL', maxBuffer: 2 ** 27,
      env: { PATH: at.path ?? process.env['PATH'] ?? '', HOME: '/dev/null', XDG_STATE_HOME: join(at.cwd, '../state'), LANG: 'C.UTF-8' },
    }, (error, stdout, stderr) => {
      const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : null
      resolve({ answer: readAnswer(stdout), exit, milliseconds: performance.now() - start, words: `${stderr.trim()}${readAnswer(stdout) === null ? stdout.slice(0, 2000) : ''}`.slice(-2000) })
    })
  })
}

/** The commit that is measured. */
export function commitLine(commit: string | null): string {
  const line = execFileSync('git', ['log', '-1', '--format=%h %s', commit ?? 'HEAD'], { cwd: CHECKOUT, encoding: 'utf8' }).trim()
  return commit === null ? `${line}, and what is not committed` : line
}

function readAnswer(stdout: string): EditAnswer | null {
  try {
    return answerShape.parse(JSON.parse(stdout))
  } catch {
    return null
  }
}

function newest(folder: string): number {
  return Math.max(0, ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(path => statSync(join(folder, path))).filter(stat => stat.isFile()).map(stat => stat.mtimeMs))
}
