import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { isList, isObject, sameJson, textAt, valueAt } from '../../../src/model/json.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'

interface Step { readonly method: string, readonly path: string, readonly contentType?: string, readonly body?: Json, readonly status: number, readonly response: JsonObject }
interface Sequence { readonly seq: number, readonly title: string, readonly steps: readonly Step[] }

/** How many steps of the recorded server were answered alike, and which were not. */
export interface Score {
  readonly steps: number
  readonly codes: number
  readonly objects: number
  readonly managedFields: number
  readonly everything: number
  readonly differing: readonly string[]
}

/** Where the recorded steps are, or undefined where they are not at hand. */
export function transcriptFile(): string | undefined {
  const places = [process.env['WRIT_SHARED'], '../shared'].filter(place => place !== undefined).map(place => `${place}/kube/k8s-transcripts.jsonl`)
  return places.find(place => existsSync(place))
}

/** Sends every recorded request and compares the answers by the rules of testing.md 2.4. */
export async function replay(file: string): Promise<Score> {
  const kube = await startKube({ controller: false })
  const score = { steps: 0, codes: 0, objects: 0, managedFields: 0, everything: 0, differing: [] as string[] }
  try {
    for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
      const sequence: Sequence = JSON.parse(line)
      await replaySequence(kube, sequence, score)
    }
  } finally {
    await kube.stop()
  }
  return score
}

interface Counts { steps: number, codes: number, objects: number, managedFields: number, everything: number, differing: string[] }

async function replaySequence(kube: Kube, { seq, title, steps }: Sequence, score: Counts): Promise<void> {
  score.steps += steps.length
  let revision = ''
  for (const [index, step] of steps.entries()) {
    const body: Json | undefined = step.body === undefined ? undefined : JSON.parse(JSON.stringify(step.body).replaceAll('${rv}', revision))
    const answer = await kube.request(step.method, step.path, body, step.contentType)
    revision = textAt(answer.body, 'metadata', 'resourceVersion') ?? revision
    const where = `${seq}/${index} ${title}: ${step.method} ${step.contentType ?? ''}`
    if (answer.status !== step.status) {
      score.differing.push(`${where}: ${answer.status}, recorded ${step.status}${textAt(answer.body, 'message') ? ` (${textAt(answer.body, 'message')})` : ''}`)
      return
    }
    score.codes++
    const object = sameObject(answer.body, step, seq > 120)
    const owners = sameOwners(answer.body, step.response)
    if (object) score.objects++
    if (owners) score.managedFields++
    if (object && owners) score.everything++
    else score.differing.push(`${where}: ${object ? '' : `object ${firstDifference(forComparing(answer.body, seq > 120), forComparing(step.response, seq > 120))} `}${owners ? '' : `managedFields ${ownersText(answer.body)} recorded ${ownersText(step.response)}`}`)
  }
  if (title.startsWith('CustomResourceDefinition') || seq === 127) await wait(100)
}

function sameObject(found: Json, step: Step, withStatus: boolean): boolean {
  if (step.status < 400) return sameJson(forComparing(found, withStatus), forComparing(step.response, withStatus))
  if (textAt(step.response, 'raw') !== undefined) return found === textAt(step.response, 'raw')
  return sameJson(causes(found), causes(step.response)) && textAt(found, 'reason') === textAt(step.response, 'reason') && textAt(found, 'message') === textAt(step.response, 'message')
}

function causes(status: Json): Json {
  const list = valueAt(status, 'details', 'causes')
  return (isList(list) ? list : []).map(cause => `${textAt(cause, 'message')} ${textAt(cause, 'field')}`).sort()
}

/** Without what differs between any two servers. */
function forComparing(value: Json, withStatus: boolean): Json {
  if (!isObject(value)) return value
  const metadata = valueAt(value, 'metadata')
  const items = value['items']
  const { status, ...rest } = value
  const details = valueAt(value, 'details')
  return {
    ...rest, ...(withStatus && status !== undefined ? { status } : {}),
    ...(isObject(metadata) ? { metadata: without(metadata, ['uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp', 'continue', 'managedFields']) } : {}),
    ...(isObject(details) ? { details: without(details, ['uid']) } : {}),
    ...(isList(items) ? { items: items.map(item => forComparing(item, withStatus)) } : {}),
  }
}

function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
}

function ownerList(value: Json): readonly string[] {
  const list = valueAt(value, 'metadata', 'managedFields')
  return (isList(list) ? list : []).filter(isObject).map(entry => sorted(without(entry, ['time']))).sort()
}

function sameOwners(found: Json, recorded: Json): boolean {
  return sameJson(ownerList(found), ownerList(recorded))
}

function ownersText(value: Json): string {
  return ownerList(value).join('\n      ')
}

function sorted(value: Json | undefined): string {
  if (isList(value)) return `[${value.map(sorted).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value ?? null)
  return `{${Object.keys(value).sort().map(key => `${key}:${sorted(value[key])}`).join(',')}}`
}

function firstDifference(found: Json | undefined, recorded: Json | undefined, path = ''): string {
  if (isObject(found) && isObject(recorded)) {
    const key = [...new Set([...Object.keys(found), ...Object.keys(recorded)])].find(name => !sameJson(found[name], recorded[name]))
    if (key !== undefined) return firstDifference(found[key], recorded[key], `${path}.${key}`)
  }
  if (isList(found) && isList(recorded) && found.length === recorded.length) {
    const at = found.findIndex((item, i) => !sameJson(item, recorded[i]))
    if (at >= 0) return firstDifference(found[at], recorded[at], `${path}[${at}]`)
  }
  return `${path}: ${JSON.stringify(found)}, recorded ${JSON.stringify(recorded)}`
}
