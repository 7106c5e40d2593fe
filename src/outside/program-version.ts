import { WritError } from '../model/error.ts'
import { baseEnvironment, run } from './run.ts'

/** Milliseconds that a program may take to say its version. */
const TIMEOUT = 10_000

/**
 * The version of git, or a sentence where ssh-keygen, which has none, knows signatures. null where the program cannot be started
 * or is too old for that.
 */
export async function programVersion(program: 'git' | 'ssh-keygen'): Promise<string | null> {
  try {
    if (program === 'git') {
      const { code, stdout } = await run({ program, args: ['version'], env: baseEnvironment(), timeout: TIMEOUT })
      return code === 0 ? stdout.toString('utf8').trim() : null
    }
    // Without its other arguments -Y sign ends with a complaint about them; before OpenSSH 8.2 the option itself is unknown.
    const { stderr } = await run({ program, args: ['-Y', 'sign'], env: baseEnvironment(), timeout: TIMEOUT })
    return /unknown option|illegal option/i.test(stderr) ? null : 'signs and verifies (-Y)'
  } catch (error) {
    if (error instanceof WritError) return null
    throw error
  }
}
