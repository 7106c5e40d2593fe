import { ChangeBlock } from '../../../model/change-block.ts'
import { canonical } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import { askedObject } from '../../../model/plan.ts'
import type { ObjectChange } from '../../../model/plan.ts'
import type { Target } from '../../../model/resource.ts'
import { isSecret, shown } from './objects.ts'
import type { Redact } from './objects.ts'
import type { PageInput } from './page-input.ts'
import { bytes } from './part.ts'
import type { Part } from './part.ts'

const BEGIN = '<!-- writ:change '
const END = ' -->'
/** Programs that need more ask Writ. */
const MOST_BYTES = 8000

/** The change for programs, at the end of the page; without its fields where the page is too long. */
export function machinePart(input: PageInput): Part {
  const all = fieldsOf(input.change.plan.proof.changes, input.redact)
  const kept: ChangeBlock['fields'] = []
  let size = 0
  for (const field of all) {
    size += bytes(written(field))
    if (size > MOST_BYTES) break
    kept.push(field)
  }
  const block = (fields: ChangeBlock['fields']): string => BEGIN + written({ ...factsOf(input), fields, fieldsLeftOut: all.length - fields.length }) + END
  return { text: block(kept), left: { rank: 1, brief: block([]) } }
}

/** What a page says to programs; null where it has no such line, or one that is none of Writ's. */
export function readMachineBlock(body: string): ChangeBlock | null {
  const line = body.split(/\r?\n/).findLast(one => one.startsWith(BEGIN) && one.endsWith(END))
  if (line === undefined) return null
  try {
    const parsed = ChangeBlock.safeParse(JSON.parse(line.slice(BEGIN.length, -END.length)))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Canonical JSON in plain ASCII, in which nothing ends a comment, no space is left in which a forge reads a closing word, and no mark stands for which CI skips a run. */
function written(value: object): string {
  const json: Json = JSON.parse(JSON.stringify(value))
  return canonical(json).replaceAll(/[^!-;=?A-Z[-~]|--|(?<=\[\w{1,20})[-_](?=\w{1,20}\])|(?<=\*NO)_|(?<=skip)[-_](?=checks)/gi, escaped)
}

function escaped(text: string): string {
  return Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')
}

function factsOf({ change, redact }: PageInput): Omit<ChangeBlock, 'fields' | 'fieldsLeftOut'> {
  const { plan, facts, id } = change
  const { owner, target, environment, proof } = plan
  const asked = askedObject(plan).target
  const counts: Record<string, number> = {}
  for (const { result } of plan.verdicts) counts[result] = (counts[result] ?? 0) + 1
  return {
    version: 1, change: id, digest: plan.digest, environment: { name: environment.name, class: plan.environmentClass },
    owner: { tool: owner.tool, kind: owner.kind, cluster: owner.cluster, namespace: owner.namespace, name: owner.name },
    target: placeOf(asked), ...asked === target ? {} : { edited: placeOf(target) },
    git: { url: redact(owner.source.url), branch: plan.branch, base: plan.base, head: facts.head ?? '' },
    renders: { renderer: `${proof.renderer.name} ${proof.renderer.version}`, before: proof.beforeHash, after: proof.afterHash },
    verdicts: counts,
  }
}

function fieldsOf(changes: readonly ObjectChange[], redact: Redact): ChangeBlock['fields'] {
  return changes.flatMap(change => change.fields.map(field => {
    const hide = (value: Json | undefined): Json | undefined => value === undefined || !isSecret(change) ? shown(field, value, redact) : '[not shown]'
    const [before, after] = [hide(field.before), hide(field.after)]
    const path = field.path.map(step => typeof step === 'string' ? step : { key: step.key, value: step.value })
    return { object: refOf(change.object), path, ...before === undefined ? {} : { before }, ...after === undefined ? {} : { after } }
  }))
}

function placeOf(target: Target): ChangeBlock['target'] {
  return { ...refOf(target), cluster: target.cluster }
}

function refOf({ group, version, kind, namespace, name }: ObjectChange['object']): ChangeBlock['fields'][number]['object'] {
  return { group, version, kind, namespace, name }
}
