import { FAILURES } from '../model/codes.ts'
import type { FailureCode } from '../model/codes.ts'
import { WritError } from '../model/error.ts'
import { textAt } from '../model/json.ts'
import type { JsonObject } from '../model/json.ts'
import { copyScenario, copyStory } from './demo/any-repository.ts'
import { runDemo, storyJson } from './demo/demo.ts'
import { runStory } from './demo/run-story.ts'
import { tellStory } from './demo/tell.ts'
import { startKubeAlone } from './kube-alone.ts'
import { readOptions } from './options.ts'
import type { SandboxOptions } from './options.ts'
import { howToTry } from './try-by-hand.ts'
import { startSandbox } from './up.ts'
import type { Sandbox } from './up.ts'
import { writCli } from './writ-cli.ts'

const STABILITY = '3s'
const EXIT = { done: 0, failed: 1, refused: 3, interrupted: 4 } as const

/**
 * Runs a command of the sandbox and gives its exit code. Everything it starts ends with it, also on Ctrl-C.
 * Options: see readOptions. Throws usage/bad-argument and sandbox/failed.
 */
export async function runSandbox(command: 'demo' | 'up' | 'kube', options: Readonly<Record<string, unknown>>): Promise<number> {
  const read = readOptions(options)
  const interruption = listen()
  try {
    switch (command) {
      case 'demo': return await demo(read, interruption)
      case 'up': return await up(read, interruption)
      case 'kube': return await kube(read, interruption)
    }
  } catch (error) {
    if (interruption.happened()) return EXIT.interrupted
    throw error
  } finally {
    interruption.forget()
  }
}

/** Ctrl-C and its kin: noted, not obeyed at once, so that everything can be put away. */
interface Interruption {
  happened(): boolean
  /** Resolves when it happens. */
  readonly comes: Promise<void>
  onHappen(action: () => void): void
  forget(): void
}

function listen(): Interruption {
  const state = { happened: false }
  const actions: (() => void)[] = []
  let resolve = (): void => undefined
  const comes = new Promise<void>(done => { resolve = done })
  const note = (): void => {
    state.happened = true
    for (const action of actions) action()
    resolve()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, note)
  return {
    comes, happened: () => state.happened, onHappen: action => { actions.push(action) },
    forget: () => { for (const signal of signals) process.removeListener(signal, note) },
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`)
}

async function demo(options: SandboxOptions, interruption: Interruption): Promise<number> {
  const scenario = options.copy === null ? {} : { scenario: await copyScenario(options.copy) }
  const sandbox = await startSandbox({ ...scenario, stability: STABILITY, progress, cancelled: () => interruption.happened() })
  const cli = writCli({ writ: options.writ, env: sandbox.env, timeout: 150_000 })
  interruption.onHappen(() => cli.stop())
  try {
    const stage = { sandbox, cli, progress, stability: STABILITY, say: options.json ? () => undefined : print }
    if (options.copy !== null) return await demoOnCopy(options, { ...stage, copy: options.copy })
    const end = await runDemo(stage)
    if (options.json) print(JSON.stringify(end.report, null, 2))
    if (sandbox.problems().length > 0) progress(`the stand-ins stumbled: ${sandbox.problems().slice(0, 3).join('; ')}`)
    return end.ok ? EXIT.done : EXIT.failed
  } finally {
    cli.stop()
    await sandbox.stop()
  }
}

interface CopyStage { readonly sandbox: Sandbox, readonly cli: ReturnType<typeof writCli>, readonly copy: NonNullable<SandboxOptions['copy']>, readonly say: (text: string) => void }

async function demoOnCopy(options: SandboxOptions, stage: CopyStage): Promise<number> {
  const story = await copyStory(stage.sandbox, stage.copy)
  const end = await runStory({ ...stage, progress }, story)
  const refused = end.answer['kind'] === 'Refusal'
  if (end.answer['kind'] === 'Failure') throw failureOf(end.answer)
  stage.say(tellStory(end, STABILITY))
  const report = refused
    ? { stories: [], refusals: [{ ...end.answer, request: `writ ${story.request.join(' ')}` }], skipped: [] }
    : { stories: [storyJson(end)], refusals: [], skipped: [] }
  if (options.json) print(JSON.stringify(report, null, 2))
  return end.problem === null ? EXIT.done : refused ? EXIT.refused : EXIT.failed
}

/** What `writ` itself said was wrong with the request. */
function failureOf(answer: JsonObject): WritError {
  const [code, message, hint] = [textAt(answer, 'code') ?? '', textAt(answer, 'message') ?? 'writ failed', textAt(answer, 'hint')]
  return new WritError(isFailureCode(code) ? code : 'sandbox/failed', message, hint === undefined ? {} : { hint })
}

function isFailureCode(text: string): text is FailureCode {
  return Object.hasOwn(FAILURES, text)
}

async function up({ program }: SandboxOptions, interruption: Interruption): Promise<number> {
  const sandbox = await startSandbox({ stability: STABILITY, progress, cancelled: () => interruption.happened() })
  try {
    print(howToTry(sandbox, program))
    await interruption.comes
    progress('stopping; the temporary folder is removed')
    return EXIT.done
  } finally {
    await sandbox.stop()
  }
}

async function kube(options: SandboxOptions, interruption: Interruption): Promise<number> {
  const server = await startKubeAlone(options)
  const { url, kubeconfig } = server
  try {
    print(options.json ? JSON.stringify({ url, kubeconfig }) : `${url}\nkubectl --kubeconfig ${/^[\w./-]+$/.test(kubeconfig) ? kubeconfig : `'${kubeconfig.replaceAll('\'', '\'\\\'\'')}'`} get namespaces\nCtrl-C ends it.`)
    await interruption.comes
    return EXIT.done
  } finally {
    await server.stop()
  }
}
