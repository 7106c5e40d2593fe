import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { kustomizationOf } from './build.ts'
import type { EditCase } from './cases.ts'
import { pathOf } from './cases.ts'
import type { Origin } from './origin.ts'
import type { CaseResult, Overlay } from './run-case.ts'

/** What makes a value one that is not to be edited where it stands (R of testing.md section 7). */
export const TRAPS = ['sops', 'imagepolicy', 'variable', 'template', 'remote'] as const
export type Trap = typeof TRAPS[number]

/** A case with its trap laid: the files, and the case as it is now. */
export interface Trapped { readonly one: EditCase, readonly overlay: Overlay, readonly path: string }

/** Lays a trap for a case; null where the case gives no such thing. */
export function trapped(trap: Trap, one: EditCase, ground: { readonly folder: string, readonly origin: Origin }): Trapped | null {
  const { folder, origin } = ground
  const path = trap === 'remote' ? kustomizationOf(folder, pathOf(one)) : origin.at?.path ?? null
  if (path === null) return null
  const text = readFileSync(join(folder, path), 'utf8')
  const made = trap === 'remote' ? withRemote(text) : origin.at === null ? null : laid(trap, one, { text, ...origin.at })
  return made === null ? null : { one: { ...one, oldValue: made.value ?? one.oldValue }, path, overlay: [{ path, bytes: Buffer.from(made.text) }] }
}

/** The score of a trapped case: a named refusal is right, and so is an exact edit that leaves the trap alone; anything else is wrong. */
export function trapResult(trap: Trap, path: string, result: CaseResult): CaseResult {
  if (result.outcome === 'refused' || result.outcome === 'apart') return { ...result, outcome: 'solved' }
  if (result.outcome === 'failed') return result
  const sprung = trap === 'remote' || result.diff.split('\n').includes(path)
  return sprung ? { ...result, outcome: 'wrong', problems: [`R: ${path} holds what is not to be edited, and is`, ...result.problems] } : { ...result, code: 'around' }
}

interface Made { readonly text: string, readonly value?: string }
interface Spot { readonly text: string, readonly start: number, readonly end: number }

function laid(trap: Exclude<Trap, 'remote'>, one: EditCase, spot: Spot): Made | null {
  if (trap === 'imagepolicy') return marked(one, spot)
  // Only a text can turn into another text without turning into another type.
  if (typeof one.oldValue !== 'string' || spot.text.slice(spot.start, spot.end).includes('\n')) return null
  if (trap === 'variable') return { text: replaced(spot, '${TRAP_VALUE}'), value: '${TRAP_VALUE}' }
  if (trap === 'template') return Number.parseInt(one.id, 16) % 2 === 1 && one.entry === 'dir' ? { text: replaced(spot, '{{ .Values.trap }}') } : { text: replaced(spot, '"{{ .Values.trap }}"'), value: '{{ .Values.trap }}' }
  const value = 'ENC[AES256_GCM,data:dHJhcA==,iv:dHJhcA==,tag:dHJhcA==,type:str]'
  const text = replaced(spot, value)
  const start = Math.max(0, ...[...text.slice(0, spot.start).matchAll(/^---.*\n/gm)].map(match => match.index + match[0].length))
  return { text: `${text.slice(0, start)}sops:\n  mac: ${value}\n  version: 3.9.4\n${text.slice(start)}`, value }
}

function marked(one: EditCase, { text, start, end }: Spot): Made | null {
  if (one.field !== 'image' && !/\/(?:tag|image)$/.test(one.field)) return null
  const rest = /^[^\n]*/.exec(text.slice(end))?.[0].trim()
  const marker = one.field === 'image' ? 'flux-system:trap' : 'flux-system:trap:tag'
  return rest === '' && !text.slice(start, end).includes('\n') ? { text: `${text.slice(0, end)} # {"$imagepolicy": "${marker}"}${text.slice(end)}` } : null
}

function withRemote(text: string): Made | null {
  const item = /^(?:resources|bases):[ \t]*\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*([ \t]*- )/m.exec(text)
  if (item?.[1] === undefined) return null
  const at = item.index + item[0].length - item[1].length
  return { text: `${text.slice(0, at)}${item[1]}https://github.com/example/shared//base?ref=v1.0.0\n${text.slice(at)}` }
}

function replaced({ text, start, end }: Spot, by: string): string {
  return `${text.slice(0, start)}${by}${text.slice(end)}`
}
