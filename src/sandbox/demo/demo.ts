import { textAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Sandbox } from '../up.ts'
import { runStory } from './run-story.ts'
import type { Stage, StoryEnd } from './run-story.ts'
import { demoStories, refusedStories } from './stories.ts'
import type { RefusedStory, Story } from './stories.ts'
import { ownerName, tellStory } from './tell.ts'

/** How a demo ended: what it prints as JSON, and whether everything was as it must be. */
export interface DemoEnd { readonly ok: boolean, readonly report: JsonObject }

export interface DemoOptions extends Stage {
  /** Takes the story in plain text, piece by piece. */
  readonly say: (text: string) => void
  readonly stability: string
}

interface Refused { readonly story: RefusedStory, readonly code: string, readonly message: string }

/** Tells the whole story: for both owners side by side a change in dev, staging and prod, then three refusals. */
export async function runDemo(options: DemoOptions): Promise<DemoEnd> {
  const { sandbox, say } = options
  const able = (story: Pick<Story, 'format'>): boolean => sandbox.renderer !== null || story.format === 'plain'
  const stories = demoStories().filter(able)
  // Both teams and the refusals go on at the same time, each one request after the other.
  const sides = (['argocd', 'flux'] as const).map(owner => inTurn(stories.filter(story => story.owner === owner), story => runStory(options, story)))
  const dry = inTurn(refusedStories().filter(able), story => refused(options, story))
  const begun = new Map(sides.flatMap(side => [...side]))
  const everything = Promise.all([...begun.values(), ...dry.values()])
  // Whatever fails first fails the demo at once; the rest is ended by the caller.
  everything.catch(() => undefined)
  const ends: StoryEnd[] = []
  for (const story of stories) {
    const end = await Promise.race([begun.get(story), everything.then(() => begun.get(story))])
    if (end === undefined) continue
    say(tellStory(end, options.stability))
    ends.push(end)
  }
  await everything
  const refusals = await Promise.all(dry.values())
  say(tellRefusals(refusals))
  const skipped = [...demoStories(), ...refusedStories()].filter(story => !able(story))
  say(summary({ ends, refusals, skipped: skipped.length, sandbox }))
  return {
    ok: ends.every(end => end.problem === null) && refusals.every(one => one.code === one.story.code),
    report: {
      stories: ends.map(storyJson),
      refusals: refusals.map(one => ({ code: one.code, expected: one.story.code, request: `writ ${one.story.request.join(' ')}`, message: one.message })),
      skipped: skipped.map(story => ({ owner: story.owner, format: story.format, reason: NO_RENDERER, request: `writ ${story.request.join(' ')}` })),
    },
  }
}

/** Starts each piece of work when the one before has ended well. */
function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): ReadonlyMap<T, Promise<R>> {
  let before: Promise<unknown> = Promise.resolve()
  return new Map(items.map(item => {
    const next = before.then(() => work(item))
    before = next
    return [item, next]
  }))
}

const NO_RENDERER = 'no kustomize 5 and no kubectl that embeds it on PATH'

async function refused(options: DemoOptions, story: RefusedStory): Promise<Refused> {
  const { answer } = await options.cli.call([...story.request, '--dry-run'], options.progress)
  return { story, code: textAt(answer, 'code') ?? textAt(answer, 'kind') ?? 'none', message: textAt(answer, 'message') ?? '' }
}

function tellRefusals(refusals: readonly Refused[]): string {
  const lines = refusals.flatMap(one => [
    `  writ ${one.story.request.join(' ')}`,
    `    ${one.code === one.story.code ? one.code : `${one.code}, but ${one.story.code} was expected`}: ${one.message}`,
    `    (${one.story.because})`,
  ])
  return ['', `── What Writ refuses ${'─'.repeat(42)}`, ...lines].join('\n')
}

/** One story as the JSON of the demo has it. */
export function storyJson(end: StoryEnd): JsonObject {
  return {
    route: textAt(end.published, 'plan', 'route') ?? textAt(end.answer, 'plan', 'route') ?? null, owner: end.story.owner, format: end.story.format, environment: end.story.environment,
    change: textAt(end.answer, 'id') ?? null, status: end.status,
    request: `writ ${end.story.request.join(' ')}`, field: end.story.wish.label, before: end.before ?? null, after: end.after ?? null, wanted: end.story.wish.wanted,
    mergeCommit: textAt(end.answer, 'facts', 'mergeCommit') ?? null, revision: textAt(end.answer, 'facts', 'verified', 'revision') ?? null,
    seconds: end.seconds, ...(end.problem === null ? {} : { problem: end.problem }),
  }
}

function summary(of: { readonly ends: readonly StoryEnd[], readonly refusals: readonly Refused[], readonly skipped: number, readonly sandbox: Sandbox }): string {
  const row = (owner: Story['owner']): string => {
    const mine = of.ends.filter(end => end.story.owner === owner)
    return `  ${ownerName(owner).padEnd(9)}${mine.map(end => `${end.story.environment} ${end.problem === null ? 'verified' : 'NOT VERIFIED'}`.padEnd(24)).join('')}`
  }
  const right = of.refusals.filter(one => one.code === one.story.code).length
  return [
    '', row('argocd'), row('flux'), `  refused as they must be: ${right} of ${of.refusals.length}`,
    ...(of.skipped === 0 ? [] : [`  left out: ${of.skipped} requests that need Kustomize (${NO_RENDERER})`]),
  ].join('\n')
}
