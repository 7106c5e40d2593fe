import { z } from 'zod'
import type { Forge } from '../../../flow/ports.ts'
import { WritError } from '../../../model/error.ts'
import type { ChangeRequestInfo, ChangeRequestLook, ChangeRequestText } from '../../../model/forge.ts'
import type { ApiClient } from '../../http.ts'
import { parseUrl } from '../../url.ts'
import { isUnsure, notFound, repositoryName, requestNumber } from '../parts.ts'
import { Account, Project, Request, infoOf, read } from './answers.ts'
import { mergeableOf, readChecks } from './checks.ts'
import { PAGING, openGitlab, orElse, saidBy, statusOf, whole } from './client.ts'
import type { Gitlab } from './client.ts'
import { readEvent } from './events.ts'
import { inert } from './inert.ts'
import { merge, trainOf } from './merging.ts'
import { comment } from './notes.ts'
import { readReviews } from './reviews.ts'
import type { At } from './reviews.ts'

/** What a GitLab is spoken with. `below`: the path that a self-managed one stands below, '' at the root. `webhook`: the secret of its webhooks, or null. */
export interface GitlabOptions { readonly name: string, readonly api: ApiClient, readonly below: string, readonly webhook: () => Promise<string | null> }

/** The longest title that GitLab takes. */
const TITLE = 255

/** GitLab 15.6 and later, gitlab.com and self-managed, by its REST API v4. */
export function gitlabForge({ name, api, below, webhook }: GitlabOptions): Forge {
  const open = openGitlab(api)
  let me: Promise<number> | null = null
  const myself = (gitlab: Gitlab): Promise<number> => {
    me ??= gitlab.users.showCurrentUser().then(user => read(Account, user, 'its own user').id).catch((error: unknown) => { me = null; throw error })
    return me
  }
  const on = async <T>(repository: string, work: (gitlab: Gitlab, project: string) => Promise<T>): Promise<T> => {
    const project = projectOf(repository, below)
    const gitlab = await open()
    return work(gitlab, project).catch(async (error: unknown) => { throw await archived(gitlab, project, error) })
  }
  const at = (repository: string, id: string, project: string): At => ({ project, iid: Number(requestNumber(repository, id)) })
  return {
    name, kind: 'gitlab', can: { mergedBy: 'forge', reviews: true, comments: true, bodyLimit: 1_048_576 },
    find: (repository, branch, base) => branch === '' ? Promise.resolve(null) : on(repository, (gitlab, project) => find(gitlab, project, { branch, base })),
    put: (repository, id, text) => on(repository, async (gitlab, project) => id === null ? openOne(gitlab, project, text) : update(gitlab, { ...at(repository, id, project), repository }, text)),
    look: (repository, id) => on(repository, async (gitlab, project) => look(gitlab, { ...at(repository, id, project), repository })),
    comment: (repository, id, said) => on(repository, async (gitlab, project) => {
      const here = at(repository, id, project)
      await show(gitlab, { ...here, repository })
      await comment(gitlab, here, { ...said, me: await myself(gitlab) })
    }),
    merge: (repository, id, ask) => on(repository, async (gitlab, project) => {
      const here = at(repository, id, project)
      return merge(gitlab, here, { ask, request: await show(gitlab, { ...here, repository }) })
    }),
    close: (repository, id) => on(repository, async (gitlab, project) => close(gitlab, { ...at(repository, id, project), repository })),
    readEvent: async event => readEvent(event, await webhook()),
  }
}

type Shown = At & { readonly repository: string }

/** `group/sub/project`. A self-managed GitLab may stand below a path, which its HTTPS URLs begin with and its SSH URLs do not. */
function projectOf(repository: string, below: string): string {
  const { owner, name } = repositoryName(repository, true)
  const path = `${owner}/${name}`
  return below !== '' && parseUrl(repository).scheme !== 'ssh' && path.startsWith(`${below}/`) ? path.slice(below.length + 1) : path
}

/** A right that is missing because the project is archived is told so. */
async function archived(gitlab: Gitlab, project: string, error: unknown): Promise<unknown> {
  if (statusOf(error) !== 403) return error
  const found = await orElse(gitlab.projects.show(project), null).then(answer => answer === null ? null : read(Project, answer, 'a project')).catch(() => null)
  if (found?.archived !== true) return error
  return new WritError('forge/failed', `The project ${project} is archived: nothing can be changed in it.`, { hint: 'Unarchive it on GitLab, or name the repository that took its place.' })
}

async function show(gitlab: Gitlab, { project, iid, repository }: Shown): Promise<Request> {
  const shown = await gitlab.requests.show(project, iid).catch((error: unknown) => {
    if (statusOf(error) !== 404 || saidBy(error) === '') throw error
    throw notFound(repository, String(iid))
  })
  return read(Request, shown, 'a merge request')
}

/** Those of a branch of the project itself, into a base, newest first. */
async function requestsOf(gitlab: Gitlab, project: string, { branch, base, state }: { readonly branch: string, readonly base: string, readonly state?: 'opened' }): Promise<readonly Request[]> {
  const listed = await whole(gitlab.requests.all({ projectId: project, sourceBranch: branch, targetBranch: base, ...state === undefined ? {} : { state }, scope: 'all', orderBy: 'created_at', sort: 'desc', ...PAGING }), 'merge requests of one branch')
  return read(z.array(Request), listed, 'the merge requests of a branch')
    .filter(request => request.source_branch === branch && request.target_branch === base && request.source_project_id === request.target_project_id)
    .toSorted((a, b) => b.iid - a.iid)
}

/** The open one first, of several the oldest; where there is none the merged one, else the newest that was closed. */
async function find(gitlab: Gitlab, project: string, of: { readonly branch: string, readonly base: string }): Promise<ChangeRequestInfo | null> {
  const requests = await requestsOf(gitlab, project, of)
  const best = requests.findLast(({ state }) => state === 'opened' || state === 'locked') ?? requests.find(({ state }) => state === 'merged') ?? requests[0]
  return best === undefined ? null : infoOf(best)
}

/**
 * Opens one where there is none. GitLab looks whether there is an open one before it makes another, and nothing keeps two apart that do so at the same moment: so whoever
 * opened one looks again, and takes its own back where an older one is there.
 */
async function openOne(gitlab: Gitlab, project: string, text: ChangeRequestText): Promise<ChangeRequestInfo> {
  const repository = project
  const oldest = async (): Promise<number | null> => (await requestsOf(gitlab, project, { branch: text.branch, base: text.base, state: 'opened' })).at(-1)?.iid ?? null
  const here = await oldest()
  if (here !== null) return update(gitlab, { project, iid: here, repository }, text)
  let mine: number | null = null
  try {
    const { title, body } = written(text)
    mine = read(Request, await gitlab.requests.create(project, text.branch, text.base, title, { description: body }), 'a new merge request').iid
  } catch (error) {
    // Whether it was made, now or by another process, is what the list says.
    if ((!isUnsure(error) && statusOf(error) !== 409) || await oldest() === null) throw error
  }
  const first = await oldest() ?? mine
  if (first === null) throw new WritError('forge/failed', `The forge says that there is a merge request for ${text.branch}, and shows none.`, { retry: true })
  if (mine !== null && mine !== first) await close(gitlab, { project, iid: mine, repository })
  return update(gitlab, { project, iid: first, repository }, text)
}

function written({ title, body }: ChangeRequestText): { readonly title: string, readonly body: string } {
  const letters = Array.from(title.trim())
  return { title: letters.length > TITLE ? `${letters.slice(0, TITLE - 1).join('')}…` : letters.join(''), body: inert(body) }
}

async function update(gitlab: Gitlab, at: Shown, text: ChangeRequestText): Promise<ChangeRequestInfo> {
  const request = await show(gitlab, at)
  const { title, body } = written(text)
  const same = (one: Request): boolean => one.state !== 'opened' || (one.title === title && (one.description ?? '') === body)
  if (same(request)) return infoOf(request)
  return infoOf(await sentOnce(gitlab, at, { send: () => gitlab.requests.edit(at.project, at.iid, { title, description: body }), done: same }))
}

async function close(gitlab: Gitlab, at: Shown): Promise<ChangeRequestInfo> {
  const request = await show(gitlab, at)
  if (request.state !== 'opened') return infoOf(request)
  return infoOf(await sentOnce(gitlab, at, { send: () => gitlab.requests.edit(at.project, at.iid, { stateEvent: 'close' }), done: one => one.state === 'closed' }))
}

/** Sends a change once; whether one arrived whose answer was lost is what GitLab shows then. */
async function sentOnce(gitlab: Gitlab, at: Shown, { send, done }: { readonly send: () => Promise<unknown>, readonly done: (request: Request) => boolean }): Promise<Request> {
  try {
    await send()
  } catch (error) {
    if (!isUnsure(error)) throw error
    const after = await show(gitlab, at)
    if (!done(after)) throw error
    return after
  }
  // What a change answers with leaves out who closed it, and more.
  return show(gitlab, at)
}

async function look(gitlab: Gitlab, at: Shown): Promise<ChangeRequestLook> {
  const request = await show(gitlab, at)
  const settings = read(Project, await gitlab.projects.show(at.project), 'a project')
  const [{ reviews, approvalsLeft }, checks, train] = await Promise.all([
    readReviews(gitlab, at, request),
    readChecks(gitlab, at, { request, settings }),
    settings.merge_trains_enabled === true ? trainOf(gitlab, at) : null,
  ])
  const automatic = request.state === 'opened' && request.merge_when_pipeline_succeeds === true ? 'it is set to merge by itself once its checks pass' : null
  return { info: infoOf(request), reviews, checks, mergeable: mergeableOf(request, { approvalsLeft, archived: settings.archived === true }), waitsToMerge: train ?? automatic }
}
