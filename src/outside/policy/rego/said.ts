import { isList, isObject, textAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import { evaluate } from './opa.ts'
import type { RegoFile } from './opa.ts'

/** What a rule says to one input: its messages, or why it says nothing. */
export type Said = { readonly messages: readonly string[] } | { readonly failed: string }

/** One rule over many inputs. */
export interface RuleAsk { readonly files: readonly RegoFile[], readonly package: readonly string[], readonly rule: string, readonly inputs: readonly Json[], readonly timeoutMs: number }

/** Inputs that are tried one by one where all together fail. */
const MOST_ALONE = 20

/**
 * What a rule says to each input, in their order. One process for all; where that fails, one for each of the first, so that an input with which a policy cannot
 * deal does not hide what it says to the others.
 */
export async function askRule(ask: RuleAsk): Promise<readonly Said[]> {
  const all = await saidTo(ask)
  if (Array.isArray(all)) return all
  const { failed, late } = all
  if (late === true || ask.inputs.length < 2 || ask.inputs.length > MOST_ALONE) return ask.inputs.map(() => ({ failed }))
  const found: Said[] = []
  for (const input of ask.inputs) {
    const one = await saidTo({ ...ask, inputs: [input] })
    found.push(Array.isArray(one) ? one[0] ?? { failed } : { failed: one.failed })
  }
  return found
}

async function saidTo({ files, inputs, timeoutMs, ...ask }: RuleAsk): Promise<Said[] | { readonly failed: string, readonly late?: true }> {
  const rule = `data${[...ask.package, ask.rule].map(name => `[${JSON.stringify(name)}]`).join('')}`
  const answer = await evaluate({ files, input: { items: inputs }, timeoutMs: timeoutMs + 20 * inputs.length, query: `[found | some i; item := input.items[i]; found := [i, [value | value := ${rule} with input as item]]]` })
  if ('failed' in answer) return answer
  const rows = isList(answer.value) ? answer.value : []
  if (rows.length !== inputs.length) return { failed: 'opa did not answer for every object' }
  return rows.map(row => messagesOf(isList(row) && isList(row[1]) ? row[1][0] : null))
}

/** conftest's and Gatekeeper's results: a set of texts or of objects with `msg`, or a rule that is true. What is neither blocks. */
function messagesOf(value: Json | undefined): Said {
  if (value === undefined || value === null || value === false) return { messages: [] }
  if (value === true) return { messages: ['the rule holds'] }
  const items = isList(value) ? value : typeof value === 'string' || typeof textAt(value, 'msg') === 'string' ? [value] : isObject(value) ? Object.values(value).map(one => one ?? null) : []
  const messages = items.map(item => typeof item === 'string' ? item : textAt(item, 'msg') ?? null)
  return messages.every(message => message !== null) && (items.length > 0 || isList(value)) ? { messages: [...new Set(messages)] } : { failed: 'the rule gives something that is no message' }
}
