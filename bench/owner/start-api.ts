import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { nameOf } from './name-of.ts'

/** The API of the bench. */
export interface OwnerApi {
  readonly kubeconfig: string
  readonly nameOf: typeof nameOf
  stop(): Promise<void>
}

/** Starts the embedded API in a process of its own, so that its memory and its work are not counted as those of the look-up. */
export async function startOwnerApi({ applications, resources }: { readonly applications: number, readonly resources: number }): Promise<OwnerApi> {
  const child = spawn(process.execPath, [...process.execArgv, '--max-old-space-size=8000', fileURLToPath(new URL('serve.ts', import.meta.url)), String(applications), String(resources)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>(resolve => { child.once('exit', () => { resolve() }) })
  const line = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (text.includes('\n')) resolve(text)
    })
    child.once('exit', code => { reject(new Error(`the API ended with ${String(code)}`)) })
  })
  const kubeconfig: unknown = JSON.parse(line)
  return {
    kubeconfig: String(kubeconfig), nameOf,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
