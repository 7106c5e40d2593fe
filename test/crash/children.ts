import { spawn } from 'node:child_process'
import { bundled } from '../support/bundled.ts'
import type { ChildOrder } from './child.ts'

/** How a child ended, and what it said to stderr. */
export interface ChildEnd { readonly code: number | null, readonly signal: string | null, readonly stderr: string }

/** Starts children (test/crash/child.ts), each a process of its own. */
export interface Children { run(order: ChildOrder, env: NodeJS.ProcessEnv): Promise<ChildEnd>, remove(): void }

export async function children(): Promise<Children> {
  const script = await bundled('test/crash/child.ts')
  return {
    run: (order, env) => {
      const child = spawn(process.execPath, [script.path, JSON.stringify(order)], { env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'pipe'] })
      const err: Buffer[] = []
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
      return new Promise(resolve => { child.on('close', (code, signal) => { resolve({ code, signal, stderr: Buffer.concat(err).toString() }) }) })
    },
    remove: script.remove,
  }
}
