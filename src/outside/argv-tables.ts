/** The programs that Writ may start. `node` is this very Node, for the sandbox only. */
export type Program = 'git' | 'kustomize' | 'kubectl' | 'helm' | 'ssh-keygen' | 'opa' | 'gh' | 'glab' | 'node'

/**
 * What a subcommand may be given. A flag is allowed as written; one that ends in `=*` takes a value in the same argument,
 * one that ends in a space takes the next argument as its value. Everything else that begins with `-` is refused.
 */
export interface Subcommand {
  readonly flags: readonly string[]
  /** What arguments that are no flag may look like; anything where left out. */
  readonly operands?: RegExp
  /** True where the subcommand talks to a remote: its operands may not name a remote helper. */
  readonly remote?: true
}

const QUIET = '--quiet'
const ID = '[0-9a-f]{40}(?:[0-9a-f]{24})?'

const GIT: Readonly<Record<string, Subcommand>> = {
  version: { flags: [] },
  init: { flags: [QUIET, '--bare', '--template=', '--initial-branch=*'] },
  fetch: { remote: true, flags: [QUIET, '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--force', '--porcelain'] },
  'ls-remote': { remote: true, flags: [QUIET, '--symref', '--heads', '--refs'] },
  push: { remote: true, flags: [QUIET, '--porcelain', '--no-verify', '--no-follow-tags', '--no-recurse-submodules', '--no-signed', '--force-with-lease=*'] },
  'rev-parse': { flags: ['--verify', QUIET, '--git-dir', '--is-shallow-repository'] },
  'rev-list': { flags: ['--count', '--parents', '-n ', '--max-count=*', '--not', '--first-parent'] },
  'cat-file': { flags: ['-e', '-t', '-s', '-p', '--batch', '--batch-check', '--batch-check=*'] },
  'ls-tree': { flags: ['-r', '-t', '-l', '-z', '--full-tree', '--name-only'] },
  'hash-object': { flags: ['-w', '--stdin', '--stdin-paths', '--no-filters', '-t '] },
  'read-tree': { flags: ['--empty'], operands: new RegExp(`^${ID}$`) },
  'update-index': { flags: ['-z', '--index-info'], operands: /^(?!)/ },
  'write-tree': { flags: [] },
  mktree: { flags: ['-z', '--missing', '--batch'] },
  'commit-tree': { flags: ['-p ', '-F ', '-m ', '-S'], operands: new RegExp(`^${ID}$`) },
  'merge-tree': { flags: ['--write-tree', '--no-messages', '--name-only', '-z', '--allow-unrelated-histories'] },
  'merge-base': { flags: ['--is-ancestor', '--all'] },
  log: { flags: ['-z', '-n ', '--max-count=*', '--until=*', '--format=*', '--not', '--no-color', '--first-parent', '--encoding=*'] },
  'diff-tree': { flags: ['-r', '-z', '--raw', '--no-renames', '--no-commit-id', '--name-only'] },
  'update-ref': { flags: ['--stdin', '-z', '-d', '--no-deref', '-m '] },
  'symbolic-ref': { flags: [QUIET, '--short'] },
  'for-each-ref': { flags: ['--format=*', '--merged=*', '--count=*', '--sort=*'] },
  'check-ref-format': { flags: ['--branch', '--allow-onelevel'] },
  repack: { flags: [QUIET, '-q', '-d', '--geometric=*'], operands: /^(?!)/ },
  'http-backend': { flags: [] },
  'fast-import': { flags: [QUIET, '--done', '--date-format=now'], operands: /^(?!)/ },
}

const BUILD: Subcommand = { flags: ['--load-restrictor=*', '--load-restrictor '] }

/** Rendering only: nothing that installs, fetches, asks a cluster or runs what a chart or a user brings. */
const HELM: Readonly<Record<string, Subcommand>> = {
  template: {
    flags: ['--namespace=*', '--values=*', '--set=*', '--set-string=*', '--set-file=*', '--api-versions=*', '--kube-version=*', '--include-crds', '--skip-tests', '--no-hooks', '--is-upgrade', '--skip-schema-validation'],
    operands: /^(?:\.\/chart|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/,
  },
  version: { flags: ['--short'], operands: /^(?!)/ },
}

const KEYGEN: Readonly<Record<string, Subcommand>> = {
  '-Y': { flags: ['-n ', '-f ', '-I ', '-s ', '-O ', '-q', '-U'], operands: /^[^-]/ },
  '-t': { flags: ['-f ', '-N ', '-C ', '-q', '-b '] },
  '-l': { flags: ['-f ', '-E '] },
  '-y': { flags: ['-f ', '-P '] },
}

/** Reading and evaluating only: nothing that serves, fetches or signs. */
const OPA: Readonly<Record<string, Subcommand>> = {
  version: { flags: [], operands: /^(?!)/ },
  capabilities: { flags: ['--current'], operands: /^(?!)/ },
  parse: { flags: ['--format=json', '--v0-compatible'], operands: /^m\d+\.rego$/ },
  eval: { flags: ['--format=json', '--stdin', '--bundle=bundle', '--capabilities=capabilities.json', '--input=input.json'], operands: /^(?!)/ },
}

/** Every subcommand that Writ runs, by program; null: anything, for this very Node. */
export const PROGRAMS: Readonly<Record<Program, Readonly<Record<string, Subcommand>> | null>> = {
  git: GIT,
  kustomize: { build: BUILD, version: { flags: ['--short', '--output=*', '-o '] } },
  kubectl: { kustomize: BUILD, version: { flags: ['--client', '--client=true', '--output=*', '-o '] } },
  helm: HELM,
  'ssh-keygen': KEYGEN,
  opa: OPA,
  // One question each, whose answer is the token of the user's own login on one host.
  gh: { auth: { flags: ['--hostname '], operands: /^token$/ } },
  glab: { config: { flags: ['--host '], operands: /^(?:get|token)$/ } },
  node: null,
}

/** GIT_ variables that Writ itself sets for git, for its askpass program, or for git http-backend in the sandbox. */
export const GIT_VARIABLES: readonly string[] = [
  'GIT_DIR', 'GIT_INDEX_FILE', 'GIT_ASKPASS', 'GIT_SSH_COMMAND', 'GIT_SSH_VARIANT', 'GIT_TERMINAL_PROMPT', 'GIT_LFS_SKIP_SMUDGE', 'GIT_NO_REPLACE_OBJECTS',
  'GIT_NO_LAZY_FETCH', 'GIT_PAGER', 'GIT_PROTOCOL_FROM_USER', 'GIT_CONFIG_NOSYSTEM', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_ATTR_NOSYSTEM',
  'GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_AUTHOR_DATE', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL', 'GIT_COMMITTER_DATE',
  'GIT_PROJECT_ROOT', 'GIT_HTTP_EXPORT_ALL', 'GIT_HTTP_MAX_REQUEST_BUFFER', 'GIT_PROTOCOL', 'GIT_CEILING_DIRECTORIES', 'GIT_CONFIG_COUNT', 'GIT_ALLOW_PROTOCOL',
]
