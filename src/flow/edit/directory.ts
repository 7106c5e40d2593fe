import type { Json } from '../../model/json.ts'
import { textAt } from '../../model/json.ts'
import type { Look, Sought } from './look.ts'
import { lookAt, manifestStarts } from './look.ts'
import { readSource } from './source.ts'

/** The place of a field whose file and document the renderer named. */
export function directoryLooks(origin: { readonly path: string, readonly document: number }, text: string, sought: Sought): readonly Look[] {
  const source = readSource(text, 'last')
  const { problem } = source
  if (problem !== null) return [{ kind: 'blocked', code: problem.code, at: `${origin.path}:${problem.line}`, sentence: problem.message }]
  const document = source.documents[origin.document]
  if (document === undefined) return []
  return manifestStarts(document, manifest => isTarget(manifest, sought)).flatMap(start => {
    const layer = { file: origin.path, what: 'manifest', depth: 0, layer: 0 }
    return lookAt({ source, document: origin.document, start, path: sought.path }, sought, layer) ?? []
  })
}

function isTarget(manifest: Json, { target }: Sought): boolean {
  const namespace = textAt(manifest, 'metadata', 'namespace')
  return textAt(manifest, 'kind') === target.kind && textAt(manifest, 'metadata', 'name') === target.name
    && (namespace === undefined || target.namespace === null || namespace === target.namespace)
}
