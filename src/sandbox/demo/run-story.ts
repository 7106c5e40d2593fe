import { fieldAt } from '../../model/field.ts'
import { textAt, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { WritError } from '../../model/error.ts'
import { holds } from '../drift.ts'
import type { Sandbox } from '../up.ts'
import type { CliAnswer, WritCli } from '../writ-cli.ts'
import type { Story, Wish } from './stories.ts'

/** How a story went: what Writ said, and what the sandbox saw by itself. */
export interface StoryEnd {
  readonly story: Story
  /** The last answer of Writ: a change, or a refusal. */
  readonly answer: JsonObject
  /** The change as it was when it was published: its plan was made before anything was written. */
  readonly published: JsonObject
  readonly before: Json | undefined
  readonly after: Json | undefined
  /** `verified` only where Writ said so and the sandbox saw the value live. */
  readonly status: string
  /** Why it is not verified. */
  readonly problem: string | null
  readonly seconds: number
}

/** What a story needs. */
export interface Stage { readonly sandbox: Sandbox, readonly cli: WritCli, readonly progress: (line: string) => void }

/** Plays one story with the real command line: request, approval, merge, verification. Throws sandbox/failed where `writ` itself breaks. */
export async function runStory(stage: Stage, story: Story): Promise<StoryEnd> {
  const begun = Date.now()
  const { sandbox, cli } = stage
  const progress = (line: string): void => stage.progress(`${story.owner === 'argocd' ? 'Argo CD' : 'Flux'}: ${line}`)
  const before = await liveValue(sandbox, story.wish)
  const waits = story.approver === null ? ['--wait'] : []
  const asked = await cli.call([...story.request, '--reason', story.reason, ...waits], progress)
  const needed = story.approver !== null && textAt(asked.answer, 'waiting', 'for') === 'people'
  const last = story.approver === null ? asked : await decide(stage, story, { asked, progress, needed })
  const after = await liveValue(sandbox, story.wish)
  const said = textAt(last.answer, 'status') ?? textAt(last.answer, 'kind') ?? 'unknown'
  const problem = problemOf(last, { said, after, wanted: story.wish.wanted })
  return {
    story: needed ? story : { ...story, approver: null }, answer: last.answer, published: asked.answer, before, after, problem,
    status: problem !== null && said === 'verified' ? 'failed' : said, seconds: (Date.now() - begun) / 1000,
  }
}

async function decide(stage: Stage, story: Story, of: { readonly asked: CliAnswer, readonly progress: (line: string) => void, readonly needed: boolean }): Promise<CliAnswer> {
  const id = textAt(of.asked.answer, 'id')
  if (id === undefined) return of.asked
  if (!of.needed) return stage.cli.call(['get', `change/${id}`, '--wait'], of.progress)
  const key = story.approver === 'senior' ? stage.sandbox.keys.senior : stage.sandbox.keys.peer
  const approved = await stage.cli.call(['approve', `change/${id}`, '--key', key.file], of.progress)
  if (textAt(approved.answer, 'status') !== 'open') return approved
  return stage.cli.call(['merge', `change/${id}`, '--wait'], of.progress)
}

function problemOf(last: CliAnswer, seen: { readonly said: string, readonly after: Json | undefined, readonly wanted: Json }): string | null {
  if (seen.said !== 'verified') return textAt(last.answer, 'message') ?? textAt(last.answer, 'ended', 'message') ?? textAt(last.answer, 'waiting', 'sentence') ?? `the change is ${seen.said}`
  if (last.exit !== 0) return `writ said verified, but ended with exit code ${last.exit}`
  // The API server writes quantities in its own way: 1000m is 1.
  return holds(seen.after, seen.wanted) ? null : `writ said verified, but live is ${JSON.stringify(seen.after)}`
}

/** The live value of a field, read by the sandbox itself. Throws sandbox/failed where the object is not there. */
export async function liveValue(sandbox: Sandbox, wish: Wish): Promise<Json | undefined> {
  const live = await sandbox.api.get(wish.object)
  if (live === null) throw new WritError('sandbox/failed', `${wish.object.kind} ${wish.object.name} is not in the sandbox.`)
  return fieldAt(live, wish.path)
}

/** The plan inside an answer. */
export function planOf(end: StoryEnd): Json | undefined {
  return valueAt(end.published, 'plan') ?? valueAt(end.answer, 'plan')
}
