import { isList, isObject, textAt, valueAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { planOf } from './run-story.ts'
import type { StoryEnd } from './run-story.ts'
import type { Story } from './stories.ts'

const WIDTH = 12

/** How an owner is called in text. */
export function ownerName(owner: Story['owner']): string {
  return owner === 'argocd' ? 'Argo CD' : 'Flux'
}

/** One story in plain text: what was asked, what Writ found and did, and what the sandbox saw. */
export function tellStory(end: StoryEnd, stability: string): string {
  const { story } = end
  const plan = planOf(end)
  const title = `${ownerName(story.owner)} · ${story.format === 'plain' ? 'plain manifests' : 'Kustomize'} · ${story.environment}`
  const facts = valueAt(end.answer, 'facts')
  const rows: (readonly [string, readonly string[]])[] = [
    ['request', [`writ ${story.request.join(' ')}`, `because: ${story.reason}`]],
    ...(plan === undefined ? [] : planRows(plan)),
    ...published(facts),
    ...(textAt(facts, 'branch') === undefined ? [] : [['approval', [approval(story)]]] as const),
    ...merged(facts, story),
    ['live', [`${story.wish.label} was ${show(end.before)}, is ${show(end.after)} (read from the API by the sandbox)`]],
    ['result', result(end, stability)],
  ]
  return [``, `── ${title} ${'─'.repeat(Math.max(0, 60 - title.length))}`, ...rows.flatMap(([label, lines]) => block(label, lines))].join('\n')
}

function planRows(plan: Json): (readonly [string, readonly string[]])[] {
  const evidence = listAt(plan, 'ownerEvidence').map(one => `proof: ${textAt(one, 'sentence') ?? ''}`)
  const owner = `${textAt(plan, 'owner', 'kind') ?? ''} ${textAt(plan, 'owner', 'namespace') ?? ''}/${textAt(plan, 'owner', 'name') ?? ''}`
  return [
    ['route', [`${textAt(plan, 'route') ?? ''}: ${textAt(plan, 'routeReason') ?? ''}`]],
    ['owner', [owner, ...evidence]],
    ['place', listAt(plan, 'places').map(String)],
    ['diff', (textAt(plan, 'diff') ?? '').trimEnd().split('\n').filter(line => /^[-+@ ]/.test(line))],
    ['rendered', [textAt(plan, 'proof', 'sentence') ?? '']],
    ['blast', blast(plan)],
    ['policy', policies(plan)],
  ]
}

function blast(plan: Json): readonly string[] {
  const entries = listAt(plan, 'blast')
  if (entries.length === 0) return ['no other consumer reads this file']
  return entries.map(entry => {
    const changes = valueAt(entry, 'changes')
    const effect = !isList(changes) ? `unknown: ${textAt(entry, 'error') ?? ''}` : changes.length === 0 ? 'does not change' : `${changes.length} object(s) change`
    return `${textAt(entry, 'path') ?? ''}: ${effect}`
  })
}

function policies(plan: Json): readonly string[] {
  const verdicts = listAt(plan, 'verdicts').filter(isObject)
  if (verdicts.length === 0) return ['no policy applies']
  const passed = verdicts.filter(verdict => verdict['result'] === 'pass').map(verdict => textAt(verdict, 'policy') ?? '')
  const others = verdicts.filter(verdict => !['pass', 'skip'].includes(textAt(verdict, 'result') ?? ''))
  return [`passed: ${[...new Set(passed)].join(', ') || 'none'}`, ...new Set(others.map(verdict => `${textAt(verdict, 'result') ?? ''}: ${textAt(verdict, 'policy') ?? ''}: ${textAt(verdict, 'message') ?? ''}`))]
}

function published(facts: Json | undefined): (readonly [string, readonly string[]])[] {
  const branch = textAt(facts, 'branch')
  if (branch === undefined) return []
  return [['published', [`branch ${branch}`, `change request ${textAt(facts, 'changeRequest', 'id') ?? '?'}, head ${short(textAt(facts, 'head'))}`]]]
}

function merged(facts: Json | undefined, story: Story): (readonly [string, readonly string[]])[] {
  const commit = textAt(facts, 'mergeCommit')
  if (commit === undefined) return []
  const revision = textAt(facts, 'verified', 'revision')
  return [
    ['merge', [`commit ${short(commit)}`]],
    ...(revision === undefined ? [] : [['sync', [`${ownerName(story.owner)} applied ${short(revision)}, which contains the merge`]] as const]),
  ]
}

function approval(story: Story): string {
  if (story.approver === null) return 'none needed'
  return `signed by ${story.approver === 'peer' ? 'grace, a peer' : 'ada, a senior'}, with an SSH key`
}

function result(end: StoryEnd, stability: string): readonly string[] {
  if (end.answer['kind'] === 'Refusal') {
    const evidence = listAt(end.answer, 'evidence').map(one => `- ${textAt(one, 'sentence') ?? ''}${textAt(one, 'at') === undefined ? '' : ` (${textAt(one, 'at') ?? ''})`}`)
    return [`refused, ${textAt(end.answer, 'code') ?? ''}: ${textAt(end.answer, 'message') ?? ''}`, ...evidence, `next: ${textAt(end.answer, 'hint') ?? ''}`]
  }
  const change = textAt(end.answer, 'id')
  const name = change === undefined ? '' : `change/${change} `
  return [end.problem === null ? `${name}verified after ${end.seconds.toFixed(1)} s (seen stable for ${stability})` : `${name}NOT VERIFIED: ${end.problem}`]
}

function block(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, i) => `  ${(i === 0 ? label : '').padEnd(WIDTH)}${line}`)
}

/** A value as people write it. */
export function show(value: Json | undefined): string {
  return value === undefined ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value)
}

function short(commit: string | undefined): string {
  return commit === undefined ? '?' : commit.slice(0, 12)
}

function listAt(value: Json | undefined, key: string): readonly Json[] {
  const found = valueAt(value, key)
  return isList(found) ? found : []
}
