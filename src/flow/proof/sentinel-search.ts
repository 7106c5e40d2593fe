import type { Edit } from '../../model/field.ts'
import { fieldAt } from '../../model/field.ts'
import { showJson } from '../../model/json.ts'
import type { FileChange } from '../../model/plan.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { refKey, refOf } from '../../model/resource.ts'
import type { Texts } from '../edit/place.ts'
import { fileChanges } from '../edit/place.ts'
import type { Look } from '../edit/look.ts'
import type { Suspect } from '../edit/sentinels.ts'
import { markOf, withMarks } from '../edit/sentinels.ts'
import type { Bench } from './bench.ts'
import { cascadeOf } from './cascade.ts'
import type { RenderAsk } from './closure.ts'

/** What a search by marks needs. */
export interface Probe {
  readonly bench: Bench
  /** How the asked path is rendered once files are changed. */
  readonly after: (changes: readonly FileChange[]) => Promise<RenderAsk | string>
  readonly base: Texts
  readonly texts: Texts
  readonly before: readonly KubernetesObject[]
  readonly target: ObjectRef
  readonly edit: Edit
}

/** Renders that a search by marks may cost. */
const MOST_RENDERS = 10

/**
 * Finds where a value comes from by giving every scalar that may be the source a mark of its own and looking which of them arrives in the field:
 * one render, or a few where a mark breaks the build (editing.md 4.2 point 4). What is found is a candidate like others, to be proven.
 */
export async function arrivingLooks(probe: Probe, suspects: readonly Suspect[]): Promise<readonly Arrival[]> {
  return looksIn(probe, suspects.map((suspect, number) => ({ suspect, number })), { renders: 0 })
}

/** A suspect whose value arrives in the field, and the edit that makes the field what is asked; null where that one alone cannot. */
export interface Arrival { readonly suspect: Suspect, readonly look: Look | null }

interface Numbered { readonly suspect: Suspect, readonly number: number }

async function looksIn(probe: Probe, suspects: readonly Numbered[], state: { renders: number }): Promise<readonly Arrival[]> {
  if (suspects.length === 0 || state.renders >= MOST_RENDERS) return []
  state.renders++
  const arrived = await arrivedValue(probe, suspects)
  if (arrived !== null) return sourcesOf(probe, suspects, arrived)
  if (suspects.length === 1) return []
  const half = Math.ceil(suspects.length / 2)
  return [...await looksIn(probe, suspects.slice(0, half), state), ...await looksIn(probe, suspects.slice(half), state)]
}

/** What the field holds once the suspects are marked; null where that does not render, or renders no such object. */
async function arrivedValue({ bench, after: askAfter, base, texts, before, target, edit }: Probe, suspects: readonly Numbered[]): Promise<string | null> {
  const marked = new Map(texts)
  for (const file of new Set(suspects.map(({ suspect }) => suspect.file))) {
    const marks = suspects.filter(({ suspect }) => suspect.file === file).flatMap(({ suspect, number }) => suspect.marked(number) ?? [])
    marked.set(file, withMarks(texts.get(file) ?? '', marks))
  }
  const changes = fileChanges(base, marked)
  const ask = await askAfter(changes)
  if (typeof ask === 'string') return null
  const [result] = await bench.render(changes, [ask])
  if (result?.ok !== true) return null
  const after = result.objects.map(({ object }) => object)
  const name = cascadeOf({ before, after, target })?.to ?? target.name
  const value = fieldAt(after.find(object => refKey(refOf(object)) === refKey({ ...target, name })), edit.path)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}

/** The suspects whose marks are in the value, with what each must become so that the whole is as asked. */
function sourcesOf({ edit }: Probe, suspects: readonly Numbered[], arrived: string): readonly Arrival[] {
  const there = suspects.filter(({ suspect, number }) => arrived.includes(markOf(number, suspect.value)))
  const after = showJson(edit.after)
  return there.map(({ suspect, number }) => {
    const others = there.filter(other => other.number !== number)
    const whole = others.reduce((text, other) => text.replaceAll(markOf(other.number, other.suspect.value), String(other.suspect.value)), arrived)
    const [start = '', end, more] = whole.split(markOf(number, suspect.value))
    if (end === undefined || more !== undefined || after.length < start.length + end.length || !after.startsWith(start) || !after.endsWith(end)) return { suspect, look: null }
    return { suspect, look: suspect.edit(after.slice(start.length, after.length - end.length)) }
  })
}
