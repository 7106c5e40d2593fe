/** One step of a jq path: a key, an index, every item, or the items whose field has a value. */
export type JqStep =
  | { readonly kind: 'key', readonly key: string }
  | { readonly kind: 'index', readonly index: number }
  | { readonly kind: 'each' }
  | { readonly kind: 'select', readonly key: string, readonly value: string | number | boolean }

/**
 * The paths that people write into `jqPathExpressions`: `.spec.replicas`, `.spec.template.spec.containers[].image`,
 * `.spec.containers[] | select(.name == "web") | .image`. null for anything else jq can do.
 */
export function jqPath(expression: string): readonly JqStep[] | null {
  const steps: JqStep[] = []
  for (const [i, part] of expression.split('|').map(text => text.trim()).entries()) {
    const select = /^select\(\s*\.(?:"([^"\\]+)"|(\w+))\s*==\s*("(?:[^"\\])*"|-?\d+|true|false)\s*\)$/.exec(part)
    if (select !== null) {
      if (steps.at(-1)?.kind !== 'each') return null
      const value: unknown = JSON.parse(select[3] ?? 'null')
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null
      steps.splice(-1, 1, { kind: 'select', key: select[1] ?? select[2] ?? '', value })
      continue
    }
    const found = plainPath(part)
    if (found === null || (i > 0 && found.length === 0)) return null
    steps.push(...found)
  }
  return steps
}

function plainPath(text: string): readonly JqStep[] | null {
  if (text === '.') return []
  const steps: JqStep[] = []
  const piece = /\.?"([^"\\]+)"\??|\.([A-Za-z_]\w*)\??|\.?\[\]\??|\.?\[(\d+)\]\??|\.?\["([^"\\]+)"\]\??/y
  while (piece.lastIndex < text.length) {
    const start = piece.lastIndex
    const match = piece.exec(text)
    if (match === null || (start === 0 && !text.startsWith('.'))) return null
    const key = match[1] ?? match[2] ?? match[4]
    steps.push(key !== undefined ? { kind: 'key', key } : match[3] === undefined ? { kind: 'each' } : { kind: 'index', index: Number(match[3]) })
  }
  return steps.length === 0 ? null : steps
}
