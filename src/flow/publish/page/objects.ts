import { stringify } from 'yaml'
import { showPath } from '../../../model/field.ts'
import type { FieldChange } from '../../../model/field.ts'
import { REDACTED, hideSecrets, isSecretKey, isSecretVariable } from '../../../model/hide-secrets.ts'
import type { Json } from '../../../model/json.ts'
import type { ObjectChange } from '../../../model/plan.ts'
import { showRef } from '../../../model/resource.ts'
import { unifiedDiff } from '../../diff.ts'
import { code, fenced } from './inert.ts'
import { counted, folded, join, table } from './part.ts'

/** Takes secrets out of a text. */
export type Redact = (text: string) => string

/** What is shown at once; the rest is folded away, and of very many the last are left to the command line. */
const OPEN_FIELDS = 15
const OPEN_LINES = 25
const MOST_FIELDS = 150
const MOST_OBJECTS = 40
const HIDDEN = '(not shown)'

/** Objects as they change: a table of fields for each. `rest`: the command that shows what is left out. */
export function objectTables(changes: readonly ObjectChange[], { redact, rest, cluster }: { readonly redact: Redact, readonly rest: string, readonly cluster: string }): string {
  const shown = changes.slice(0, MOST_OBJECTS)
  const blocks: string[] = []
  let fields = 0
  for (const change of shown) {
    const room = Math.max(0, MOST_FIELDS - fields)
    blocks.push(objectBlock(change, { redact, room, cluster }))
    fields += change.fields.length
  }
  const over = [
    ...changes.length > shown.length ? [`${counted(changes.length - shown.length, 'more object')}: ${rest}.`] : [],
    ...fields > MOST_FIELDS ? [`${counted(fields - MOST_FIELDS, 'more field')}: ${rest}.`] : [],
  ]
  if (fields <= OPEN_FIELDS && changes.length <= 5) return join([...blocks, ...over])
  return folded(`${counted(changes.reduce((sum, one) => sum + one.fields.length, 0), 'field')} of ${counted(changes.length, 'object')}`, join([...blocks, ...over]))
}

/** One line: the object, and its first fields. For cells of a table. */
export function inBrief(change: ObjectChange, redact: Redact): string {
  const name = code(showRef(change.object), 'cell')
  if (change.kind !== 'changed') return `${name} ${change.kind === 'added' ? 'is new' : 'goes'}`
  const fields = change.fields.slice(0, 2).map(field => `${code(showPath(field.path), 'cell')} ${transition(valueCells(change, field, redact))}`)
  const more = change.fields.length > 2 ? [`and ${counted(change.fields.length - 2, 'more field')}`] : []
  return `${name}: ${[...fields, ...more].join(', ')}`
}

function transition({ now, next }: Cells): string {
  return now === next ? now : `${now} → ${next}`
}

function objectBlock(change: ObjectChange, { redact, room, cluster }: { readonly redact: Redact, readonly room: number, readonly cluster: string }): string {
  const name = `**${code(showRef(change.object))}** on cluster ${code(cluster)}`
  if (change.kind !== 'changed') return wholeObject(change, { name, redact })
  const rows = change.fields.slice(0, room).map(field => {
    const { now, next } = valueCells(change, field, redact)
    const follows = change.follows?.includes(showPath(field.path)) === true ? ' (follows)' : ''
    return [`${code(showPath(field.path), 'cell')}${follows}`, now, next]
  })
  const texts = change.fields.slice(0, room).flatMap(field => textDiff(change, field, redact))
  const reordered = change.reordered.length === 0 ? '' : `Reordered, which means nothing here: ${change.reordered.map(path => code(path)).join(', ')}.`
  return join([name, rows.length === 0 ? '' : table(['field', 'now', 'then'], rows), ...texts, reordered])
}

/** An object that is made or goes, with what it says. */
function wholeObject(change: ObjectChange, { name, redact }: { readonly name: string, readonly redact: Redact }): string {
  const [field] = change.fields
  const value = change.kind === 'added' ? field?.after : field?.before
  const [open, word] = change.kind === 'added' ? [true, 'is new'] : [false, 'goes']
  if (value === undefined || isSecret(change)) return `${name} ${word}`
  const sign = change.kind === 'added' ? '+' : '-'
  const text = stringify(hideSecrets(value, redact), { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd().split('\n').map(line => sign + line)
  const lines = text.length > MOST_FIELDS ? [...text.slice(0, MOST_FIELDS), ` … ${text.length - MOST_FIELDS} more lines`] : text
  const block = fenced(lines.join('\n'), 'diff')
  return join([`${name} ${word}`, open && text.length <= OPEN_LINES ? block : folded(`The object, ${counted(text.length, 'line')}`, block)])
}

interface Cells { readonly now: string, readonly next: string }

function valueCells(change: ObjectChange, field: FieldChange, redact: Redact): Cells {
  if (isSecret(change)) return { now: HIDDEN, next: HIDDEN }
  const [before, after] = [shown(field, field.before, redact), shown(field, field.after, redact)]
  return { now: field.before === undefined ? '(none)' : cell(before), next: field.after === undefined ? '(removed)' : cell(after) }
}

function cell(value: Json | undefined): string {
  if (value === REDACTED) return HIDDEN
  if (typeof value === 'string' && value.includes('\n')) return `(${counted(value.split('\n').length, 'line')})`
  return code(yamlLike(value), 'cell')
}

/** A text bare where nobody takes it for something else. */
function yamlLike(value: Json | undefined): string {
  const bare = typeof value === 'string' && value !== '' && value.trim() === value && !/^(?:true|false|null|yes|no|on|off|~|[-+.\d][\d_.eE+-]*)$/i.test(value)
  return bare ? value : JSON.stringify(value ?? null)
}

/** Texts of several lines are compared by line. */
function textDiff(change: ObjectChange, field: FieldChange, redact: Redact): readonly string[] {
  if (isSecret(change)) return []
  const [before, after] = [shown(field, field.before, redact), shown(field, field.after, redact)]
  if (typeof before !== 'string' && typeof after !== 'string') return []
  if (![before, after].some(text => typeof text === 'string' && text.includes('\n'))) return []
  const text = (value: Json | undefined): string => typeof value === 'string' ? value : ''
  const lines = unifiedDiff({ path: 'text', before: text(before), after: text(after) }).split('\n').slice(3)
  const cut = lines.length > MOST_FIELDS ? [...lines.slice(0, MOST_FIELDS), ` … ${lines.length - MOST_FIELDS} more lines`] : lines
  return [folded('The text, line by line', join([code(showPath(field.path)), fenced(cut.join('\n'), 'diff')]))]
}

/** The value without secrets: what stands in it, and what its own path says of it. */
export function shown({ path }: Pick<FieldChange, 'path'>, value: Json | undefined, redact: Redact): Json | undefined {
  if (value === undefined) return undefined
  const [last, before] = [path.at(-1), path.at(-2)]
  const named = last === 'value' && typeof before === 'object' && before.key === 'name' && isSecretVariable(String(before.value), typeof value === 'string' ? value : '')
  const keyed = typeof last === 'string' && isSecretKey(last)
  return named || keyed ? REDACTED : hideSecrets(value, redact)
}

/** True for an object whose values are nobody's business. */
export function isSecret({ object }: Pick<ObjectChange, 'object'>): boolean {
  return object.group === '' && object.kind === 'Secret'
}
