import { execFile } from 'node:child_process'

/** Runs Git in a bare repository and gives its output without the last newline; nobody's configuration has a say. */
export async function gitText(args: readonly string[], { cwd, env = {}, input }: { readonly cwd: string, readonly env?: Readonly<Record<string, string>>, readonly input?: string }): Promise<string> {
  const all = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', ...env }
  return new Promise((resolve, reject) => {
    const child = execFile('git', args, { cwd, env: all }, (error, stdout) => { if (error === null) resolve(stdout.trimEnd()); else reject(error) })
    // Git may end before it has read all; what it says then is the error.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input ?? '')
  })
}
