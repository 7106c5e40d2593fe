import { WritError } from '../../model/error.ts'
import type { CheckoutHistory } from '../world.ts'

/** What the caller says, and the variables of the pipeline that it runs in. */
export interface BaseAsk {
  readonly base: string | null
  /** null: the files as they stand, or in a pipeline the commit that it checked out. */
  readonly head: string | null
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** What is compared with what. */
export interface Ends {
  readonly base: string
  /** How the base was found, in words. */
  readonly by: string
  /** The newest commit of the base branch that is here: policies and configuration are read from it. */
  readonly tip: string
  /** null: the files as they stand. */
  readonly head: string | null
}

const DEEPER = 'Fetch the history: `fetch-depth: 0` with actions/checkout (GitHub, Gitea, Forgejo), `GIT_DEPTH: "0"` in GitLab CI; or name a commit that is here with --base.'

/** The base of a pull request: --base, else what the pipeline says, else where the work left the default branch. Throws usage/bad-argument. */
export async function endsOf(history: CheckoutHistory, ask: BaseAsk): Promise<Ends> {
  const pipeline = fromPipeline(ask.variables)
  const at = await commitOf(history, ask.head ?? 'HEAD', ask.head === null ? 'HEAD' : '--head')
  const head = ask.head === null && (ask.base !== null || pipeline === null) ? null : at
  if (ask.base !== null) return { ...await fork(history, { tip: await commitOf(history, ask.base, '--base'), at, name: ask.base }), head }
  if (pipeline !== null) return { ...await fromVariables(history, pipeline, at), head }
  for (const name of ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']) {
    const tip = await history.resolve(name)
    if (tip !== null) return { ...await fork(history, { tip, at, name }), head }
  }
  throw new WritError('usage/bad-argument', 'Nobody says what the pull request is compared with: there is no default branch here.', { hint: 'Name the base with --base REF.' })
}

interface Pipeline { readonly variable: string, readonly branch: string | null, readonly commit: string | null }

/** GitHub, Gitea and Forgejo name the branch; GitLab names the branch and the commit. */
function fromPipeline(variables: BaseAsk['variables']): Pipeline | null {
  const [github, gitlab, commit] = ['GITHUB_BASE_REF', 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME', 'CI_MERGE_REQUEST_DIFF_BASE_SHA'].map(name => variables[name] === '' ? undefined : variables[name])
  if (github !== undefined) return { variable: 'GITHUB_BASE_REF', branch: github, commit: null }
  if (gitlab === undefined && commit === undefined) return null
  return { variable: gitlab === undefined ? 'CI_MERGE_REQUEST_DIFF_BASE_SHA' : 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME', branch: gitlab ?? null, commit: commit ?? null }
}

async function fromVariables(history: CheckoutHistory, { variable, branch, commit }: Pipeline, at: string): Promise<Omit<Ends, 'head'>> {
  const tip = branch === null ? null : await history.resolve(`refs/remotes/origin/${branch}`)
  if (tip !== null) return fork(history, { tip, at, name: `${branch ?? ''} (${variable})` })
  const named = commit === null ? null : await history.resolve(commit)
  if (named !== null) return { base: named, tip: named, by: `CI_MERGE_REQUEST_DIFF_BASE_SHA; the branch ${branch ?? ''} itself is not here` }
  throw new WritError('usage/bad-argument', `The base of the pull request is not in this clone: ${variable} says ${JSON.stringify(branch ?? commit ?? '')}.`, { hint: DEEPER })
}

async function fork(history: CheckoutHistory, of: { readonly tip: string, readonly at: string, readonly name: string }): Promise<Omit<Ends, 'head'>> {
  const base = await history.mergeBase(of.tip, of.at)
  if (base !== null) return { base, tip: of.tip, by: `where it left ${of.name}` }
  throw new WritError('usage/bad-argument', `${of.name} and the head have no commit in common in this clone.`, { hint: await history.shallow() ? DEEPER : 'Name another base with --base REF.' })
}

async function commitOf(history: CheckoutHistory, ref: string, flag: string): Promise<string> {
  // A pipeline has the branches of the remote only.
  const found = await history.resolve(ref) ?? (flag === '--base' ? await history.resolve(`refs/remotes/origin/${ref}`).catch(() => null) : null)
  if (found !== null) return found
  throw new WritError('usage/bad-argument', `${flag} ${ref} is no commit of this clone.`, { hint: await history.shallow() ? DEEPER : 'Name a branch, a tag or a commit that is here.' })
}
