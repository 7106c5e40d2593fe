import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { WorkerOptions } from 'node:worker_threads'
import type { EvaluationJob, EvaluationResult } from './evaluation.ts'

/** How long an evaluation may take and how much it may use. */
export interface EvaluatorLimits {
  /** Milliseconds for one policy and object. */
  readonly timeoutMs: number
  /** Steps for one policy and object; one expression gets a tenth. */
  readonly steps: number
}

/** Evaluates policies in a thread of its own, which is ended when it takes too long. A resting thread does not keep the process alive. */
export interface Evaluator {
  /** Never rejects for what a policy does: a time-out and a thread that dies are faults of the result. Jobs are done one after the other. */
  run(job: EvaluationJob): Promise<EvaluationResult>
  /** Ends the thread. */
  end(): Promise<void>
}

const START_LIMIT_MS = 60_000
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 }

/** What a thread says next, or how it ended instead. */
type Answer = { readonly kind: 'message', readonly value: unknown } | { readonly kind: 'timeout' } | { readonly kind: 'dead', readonly why: string }

/** An evaluator; its thread is started by the first job, and again after one that had to be ended. */
export function startEvaluator(limits: EvaluatorLimits): Evaluator {
  let worker: Worker | null = null
  let last: Promise<unknown> = Promise.resolve()

  async function ready(): Promise<Worker | string> {
    if (worker !== null) return worker
    const fresh = startThread({
      workerData: { expression: limits.steps / 10, conditions: limits.steps / 4, policy: limits.steps },
      resourceLimits: MEMORY, env: {},
    })
    // Who waits for an answer holds the process by the timer of next().
    fresh.unref()
    const answer = await next(fresh, START_LIMIT_MS)
    if (answer.kind === 'message' && answer.value === 'ready') {
      worker = fresh
      return fresh
    }
    await fresh.terminate()
    return answer.kind === 'dead' ? answer.why : 'it did not start in time'
  }

  async function end(): Promise<void> {
    const ended = worker
    worker = null
    await ended?.terminate()
  }

  async function runNow(job: EvaluationJob): Promise<EvaluationResult> {
    const thread = await ready()
    if (typeof thread === 'string') return failed(`the policy engine cannot be started: ${thread}`)
    const answered = next(thread, limits.timeoutMs)
    thread.postMessage(job, [])
    const answer = await answered
    if (answer.kind === 'message') return answer.value as EvaluationResult
    await end()
    return failed(answer.kind === 'timeout' ? `the evaluation took longer than ${limits.timeoutMs} ms and was ended` : `the evaluation ended its thread: ${answer.why}`)
  }

  function run(job: EvaluationJob): Promise<EvaluationResult> {
    const result = last.then(() => runNow(job)).catch((error: unknown) => failed(`the policy engine failed: ${error instanceof Error ? error.name : 'unknown error'}`))
    last = result
    return result
  }

  return { run, end }
}

/** The next message of a thread, or why there is none. */
function next(worker: Worker, timeoutMs: number): Promise<Answer> {
  return new Promise(resolve => {
    function settle(answer: Answer): void {
      clearTimeout(timer)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      resolve(answer)
    }
    function onMessage(value: unknown): void {
      settle({ kind: 'message', value })
    }
    function onError(error: Error): void {
      settle({ kind: 'dead', why: error.message })
    }
    function onExit(code: number): void {
      settle({ kind: 'dead', why: `exit ${code}` })
    }
    const timer = setTimeout(() => { settle({ kind: 'timeout' }) }, timeoutMs)
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  })
}

/** A thread with the compiled worker; from the sources (tests), the thread first gets the loader that reads TypeScript. */
function startThread(options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), options)
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api').replace(/\.cjs$/, '.mjs')).href
  const worker = new URL('./worker.ts', import.meta.url).href
  const start = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(worker)}) })`
  return new Worker(start, { ...options, eval: true })
}

function failed(message: string): EvaluationResult {
  return { skippedBy: null, violations: [], faults: [{ message, ignorable: false }], ended: true }
}
