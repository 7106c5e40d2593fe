import { homedir } from 'node:os'
import type { ForgeConfig } from '../model/config.ts'
import { WritError } from '../model/error.ts'
import { registerSecret } from './redact.ts'
import { baseEnvironment, run } from './run.ts'
import type { RunResult } from './run.ts'
import { readSecret } from './secret.ts'

/** Who Writ is to a forge: git sends both, the API takes the token, which is read anew when it is needed. Rejects with config/invalid. */
export interface Login { readonly username: string, readonly token: () => Promise<string> }

type Helper = 'gh' | 'glab'

/** Milliseconds: a keyring that waits for somebody to unlock it is not waited for. */
const HELPER_TIMEOUT = 10_000
/** Milliseconds in which the answer of a helper is used again: an API asks for it with every request. */
const KEPT = 30_000

// The user names under which GitHub and GitLab take any token of theirs over https.
const USERS: Readonly<Record<Helper, string>> = { gh: 'x-access-token', glab: 'oauth2' }
const ARGS: Readonly<Record<Helper, (host: string) => readonly string[]>> = {
  gh: host => ['auth', 'token', '--hostname', host],
  glab: host => ['config', 'get', 'token', '--host', host],
}
// Where the two keep their logins, and the way to the keyring; none of GH_TOKEN, GITLAB_TOKEN and their like, which hold for whatever host is asked for.
const HELPER_PLACES = ['HOME', 'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS', 'GH_CONFIG_DIR', 'GLAB_CONFIG_DIR']
const NO_QUESTIONS = { GH_PROMPT_DISABLED: '1', GH_NO_UPDATE_NOTIFIER: '1', NO_PROMPT: '1', GLAB_CHECK_UPDATE: 'false', GLAB_SEND_TELEMETRY: 'false', NO_COLOR: '1' }

/**
 * The one resolver of a forge's credentials, for clone, fetch, push and API alike; a token that it gives is kept out of every output from then on. null where there
 * is nothing to log in with but an SSH key. `place` is the line of writ.yaml that names it.
 */
export function openLogin(forge: ForgeConfig, place: string): Login | null {
  const { credentials } = forge
  if (credentials === undefined) return null
  if ('token' in credentials) {
    return { username: credentials.username, token: async () => registered(await readSecret(credentials.token, { forge: forge.name, place })) }
  }
  if ('helper' in credentials) return { username: USERS[credentials.helper], token: keptShortly(() => askHelper(credentials.helper, forge, place)) }
  return null
}

function registered(token: string): string {
  registerSecret(token)
  return token
}

function keptShortly(ask: () => Promise<string>): () => Promise<string> {
  let last: { readonly at: number, readonly token: Promise<string> } | null = null
  return async () => {
    if (last === null || performance.now() - last.at > KEPT) last = { at: performance.now(), token: ask() }
    try {
      return await last.token
    } catch (error) {
      last = null
      throw error
    }
  }
}

async function askHelper(helper: Helper, forge: ForgeConfig, place: string): Promise<string> {
  const args = ARGS[helper](forge.host)
  const told = `${place}: ${helper} ${args.join(' ')}, which the credentials of forge ${forge.name} name,`
  // Not where Writ was called: glab reads settings of the repository it stands in.
  const result = await run({ program: helper, args, env: helperEnvironment(), cwd: homedir(), timeout: HELPER_TIMEOUT, maxOutput: 16_384 }).catch((cause: unknown) => {
    throw new WritError('config/invalid', `${told} cannot be started.`, { cause, hint: `Install ${helper} and put it on PATH, or name a token by variable or file.` })
  })
  const token = result.stdout.toString('utf8').trim()
  const fault = faultOf(result, token)
  if (fault !== null) throw new WritError('config/invalid', `${told} ${fault}.`, { hint: `Log in as the user that Writ runs as: ${helper} auth login --hostname ${forge.host}. A variable such as ${helper === 'gh' ? 'GH_TOKEN' : 'GITLAB_TOKEN'} is not read through ${helper}: name it as token: {env: …}.` })
  return registered(token)
}

/** Its own words are not shown: they may quote what it holds. */
function faultOf(result: RunResult, token: string): string | null {
  if (result.timedOut) return `did not answer within ${HELPER_TIMEOUT / 1000} s`
  if (result.tooLarge) return 'prints more than a token'
  if (result.code !== 0) return `ended with ${result.code ?? 'a signal'}: it has no login on that host, or is too old to know the question`
  if (token === '') return 'prints nothing: it has no login on that host'
  return /^[\x21-\x7e]{1,4096}$/.test(token) ? null : 'prints something that is no token'
}

function helperEnvironment(): Record<string, string> {
  const places = HELPER_PLACES.flatMap(name => process.env[name] === undefined ? [] : [[name, process.env[name]] as const])
  return { ...baseEnvironment(), HOME: homedir(), ...Object.fromEntries(places), ...NO_QUESTIONS }
}
