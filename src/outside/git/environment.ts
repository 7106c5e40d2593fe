import { baseEnvironment } from '../run.ts'

/** What a git child may know. `protocol` is the one transport that it may use; null for work without a remote. */
export interface GitEnvironmentInput {
  /** The mirror; left out only while it is made. */
  readonly gitDir?: string
  /** An empty folder: no ~/.gitconfig, ~/.netrc, ~/.ssh or credential cache is ever read. */
  readonly home: string
  readonly protocol: 'https' | 'http' | 'ssh' | 'file' | null
  /** Seconds of silence after which a transfer over http is given up, so that no child outlives a Writ that was killed. */
  readonly silence: number
  /** `HOST:PORT:ADDRESS,…` as curl has it: the addresses that were checked. */
  readonly pinned?: string | null
}

// fsck findings that old but honest repositories have; everything else that fsck finds ends the fetch.
const HARMLESS = ['zeroPaddedFilemode', 'missingSpaceBeforeDate', 'badTimezone', 'missingEmail', 'missingSpaceBeforeEmail', 'missingNameBeforeEmail', 'badEmail', 'badDateOverflow']

/**
 * The whole environment of a git child (reliability.md E.2): nothing of Writ's own, no system or user configuration, no
 * prompt, no hook, no helper, one transport. Configuration goes through GIT_CONFIG_*, which beats every file.
 */
export function gitEnvironment(input: GitEnvironmentInput): Record<string, string> {
  const env: Record<string, string> = {
    ...baseEnvironment(),
    HOME: input.home, XDG_CONFIG_HOME: input.home,
    GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0', GIT_LFS_SKIP_SMUDGE: '1', GIT_NO_REPLACE_OBJECTS: '1', GIT_NO_LAZY_FETCH: '1',
    GIT_PAGER: 'cat', GIT_SSH_VARIANT: 'ssh', GIT_PROTOCOL_FROM_USER: '0',
  }
  if (input.gitDir !== undefined) env['GIT_DIR'] = input.gitDir
  return withConfig(env, configuration(input))
}

/** The same environment with more settings behind those that it has. */
export function withConfig(env: Readonly<Record<string, string>>, config: readonly (readonly [string, string])[] = []): Record<string, string> {
  const before = Number(env['GIT_CONFIG_COUNT'] ?? 0)
  const settings = config.flatMap(([key, value], index) => [[`GIT_CONFIG_KEY_${String(before + index)}`, key], [`GIT_CONFIG_VALUE_${String(before + index)}`, value]])
  return { ...env, ...Object.fromEntries(settings), GIT_CONFIG_COUNT: String(before + config.length) }
}

function configuration(input: GitEnvironmentInput): readonly (readonly [string, string])[] {
  return [
    ['protocol.allow', 'never'],
    ...(input.protocol === null ? [] : [[`protocol.${input.protocol}.allow`, 'always'] as const]),
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['core.attributesFile', '/dev/null'],
    ['core.excludesFile', '/dev/null'],
    // What is larger is never held in memory whole, so that a few bytes of zeros cannot fill it.
    ['core.bigFileThreshold', '16m'],
    ['core.protectHFS', 'true'],
    ['core.protectNTFS', 'true'],
    ['core.useReplaceRefs', 'false'],
    ['log.mailmap', 'false'],
    ['credential.helper', ''],
    ['credential.useHttpPath', 'false'],
    // A redirect could lead to another host than the one that was checked.
    ['http.followRedirects', 'false'],
    ...typeof input.pinned === 'string' ? [['http.curloptResolve', input.pinned] as const] : [],
    // What a server offers beside its own pack: other servers' packs and other servers' objects.
    ['transfer.bundleURI', 'false'],
    ['fetch.uriProtocols', ''],
    ['promisor.acceptFromServer', 'none'],
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', String(input.silence)],
    ['transfer.fsckObjects', 'true'],
    ...HARMLESS.map(id => [`fetch.fsck.${id}`, 'ignore'] as const),
    // Every fetch is one pack that appears whole or not at all: an object that is there has all it names.
    ['fetch.unpackLimit', '1'],
    ['fetch.recurseSubmodules', 'false'],
    ['submodule.recurse', 'false'],
    ['push.recurseSubmodules', 'no'],
    ['push.followTags', 'false'],
    ['safe.bareRepository', 'explicit'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['commit.gpgsign', 'false'],
    ['push.gpgsign', 'false'],
    ['log.showSignature', 'false'],
    ['core.quotePath', 'false'],
    ['core.pager', 'cat'],
    ['advice.detachedHead', 'false'],
  ]
}
