import { isNode, LineCounter, parseAllDocuments } from 'yaml'
import type { Document } from 'yaml'
import type { z } from 'zod'
import { WritError } from '../../model/error.ts'
import type { PolicyFile } from './folder.ts'

/** One document of a policy file, checked by a schema on demand. */
export interface YamlDocument {
  readonly value: unknown
  /** The checked value. Throws config/invalid with file and line of the first thing that is wrong. */
  as<T>(schema: z.ZodType<T>): T
  /** An error about this document, at a path of it. */
  wrong(message: string, path?: readonly PropertyKey[]): WritError
}

/** The documents of a file; empty ones are left out. Throws config/invalid with file and line where it is no YAML. */
export function yamlDocuments({ path, text }: PolicyFile, dir: string): readonly YamlDocument[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines })
  if (!Array.isArray(documents)) return []
  return documents.map((document): YamlDocument => {
    const [error] = document.errors
    if (error !== undefined) throw invalid(`${dir}/${path}:${error.linePos?.[0].line ?? 1}`, firstLine(error.message))
    const value = plainValue(document, `${dir}/${path}:${lineAt(document, [], lines)}`)
    function wrong(message: string, at: readonly PropertyKey[] = []): WritError {
      return invalid(`${dir}/${path}:${lineAt(document, at, lines)}`, message)
    }
    return {
      value,
      as: schema => {
        const checked = schema.safeParse(value)
        if (checked.success) return checked.data
        const [issue] = checked.error.issues
        const where = issue?.path.map(String).join('.') ?? ''
        throw wrong(`${where === '' ? '' : `${where}: `}${issue?.message ?? 'not valid'}`, issue?.path)
      },
      wrong,
    }
  }).filter(document => document.value !== null)
}

/** The value of a document; aliases that make it grow without bound are refused by the parser. */
function plainValue(document: Document.Parsed, where: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw invalid(where, error instanceof Error ? firstLine(error.message) : 'the value cannot be read')
  }
}

/** The line of the deepest node that exists on a path. */
function lineAt(document: Document.Parsed, path: readonly PropertyKey[], lines: LineCounter): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range !== null && node.range !== undefined) return lines.linePos(node.range[0]).line
  }
  return 1
}

function invalid(where: string, message: string): WritError {
  return new WritError('config/invalid', `${where}: ${message}.`, { hint: 'Correct the policy file; what cannot be read never passes.' })
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/[.:]$/, '')
}
