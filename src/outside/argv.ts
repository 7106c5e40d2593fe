import { WritError } from '../model/error.ts'

/** The programs that Writ may start. `node` is this very Node, for the sandbox only. */
export type Program = 'git' | 'kustomize' | 'kubectl' | 'ssh-keygen' | 'node'

const SUBCOMMANDS: Readonly<Record<Program, readonly string[] | null>> = {
  git: ['version', 'init', 'config', 'fetch', 'ls-remote', 'rev-parse', 'rev-list', 'cat-file', 'ls-tree', 'hash-object', 'read-tree', 'update-index', 'write-tree',
    'commit-tree', 'merge-tree', 'merge-base', 'log', 'diff-tree', 'push', 'update-ref', 'symbolic-ref', 'for-each-ref', 'check-ref-format', 'http-backend', 'mktree'],
  kustomize: ['build', 'version'],
  kubectl: ['kustomize', 'version'],
  'ssh-keygen': ['-Y', '-t', '-l', '-y'],
  node: null,
}

/** Throws git/refused where a program is called with a subcommand that is not on its list. */
export function checkArguments(program: Program, args: readonly string[]): void {
  const allowed = SUBCOMMANDS[program]
  if (args.some(arg => arg.includes('\0'))) throw new WritError('git/refused', `An argument for ${program} holds a NUL byte.`)
  if (allowed === null) return
  const first = args[0]
  if (first === undefined || !allowed.includes(first)) throw new WritError('git/refused', `${program} ${String(first)} is not a command that Writ runs.`)
}
