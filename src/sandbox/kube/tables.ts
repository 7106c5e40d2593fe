import type { Json, JsonObject } from '../../model/json.ts'
import { isList, objectsAt, pick, textAt, valueAt } from '../../model/json.ts'
import { since, valueIn, word, WORDS } from './cells.ts'
import { COLUMNS } from './data/columns.ts'
import type { Kind } from './kind.ts'

interface Column { readonly definition: JsonObject, readonly cell: (object: JsonObject) => Json }

const META = { apiVersion: 'meta.k8s.io/v1' }
const NAME: Column = { definition: definition('Name', { format: 'name' }), cell: object => textAt(object, 'metadata', 'name') ?? '' }
const BUILT_IN = new Map(COLUMNS.trim().split('\n').map(line => {
  const [resource = '', ...columns] = line.split('  ')
  return [resource, columns.map(column)] as const
}))

/**
 * How objects and lists are to be shown: as they are, or, where the client asks for that first, as a Table (kubectl get) or by their
 * metadata only. Of the Tables of one watch only the first describes its columns.
 */
export function viewOf({ accept, query }: { readonly accept: string, readonly query: URLSearchParams }, kind: Kind): (object: JsonObject) => JsonObject {
  const wanted = accept.split(',').map(clause => clause.replaceAll(' ', '')).find(clause => /^(?:application|\*)\/(?:json|\*)/.test(clause) && !/;v=v1(?!;|$)/.test(clause)) ?? ''
  const form = wanted.includes('g=meta.k8s.io') ? /;as=(\w+)/.exec(wanted)?.[1] : undefined
  if (form?.startsWith('PartialObjectMetadata')) return object => isList(object['items']) ? { ...partial(object), kind: 'PartialObjectMetadataList', items: objectsAt(object, 'items').map(partial) } : partial(object)
  if (form !== 'Table') return object => object
  const [columns, include] = [columnsOf(kind), query.get('includeObject')]
  let described = false
  return object => {
    const items = isList(object['items']) ? objectsAt(object, 'items') : [object]
    const metadata = pick(object['metadata'], ['resourceVersion', 'continue', 'remainingItemCount'])
    const definitions = described ? null : columns.map(column => column.definition)
    described = true
    return {
      ...META, kind: 'Table', metadata, columnDefinitions: definitions,
      rows: items.filter(item => textAt(item, 'metadata', 'name') !== undefined).map(item => {
        const whole = { kind: kind.kind, apiVersion: kind.groupVersion, ...item }
        return { cells: columns.map(column => column.cell(item)), ...(include === 'None' ? {} : { object: include === 'Object' ? whole : partial(item) }) }
      }),
    }
  }
}

function partial({ metadata }: JsonObject): JsonObject {
  return { ...META, kind: 'PartialObjectMetadata', metadata }
}

function definition(name: string, more: JsonObject = {}): JsonObject {
  return { name, type: 'string', format: '', description: '', priority: 0, ...more }
}

/** The columns of a kind: those of its definition, or of data/columns.ts. */
function columnsOf({ resource, custom, columns }: Kind): readonly Column[] {
  return [NAME, ...columns?.map(customColumn) ?? BUILT_IN.get(custom ? 'custom' : resource) ?? BUILT_IN.get('*') ?? []]
}

function column(text: string): Column {
  const [, wide, name = '', type, cell = ''] = /^(\+?)([^=:]+)(?::([ibd]))?=(.*)$/.exec(text) ?? []
  const more = { ...(type ? { type: { i: 'integer', b: 'boolean' }[type] ?? 'date' } : {}), ...(wide ? { priority: 1 } : {}) }
  const whole = /^\{([^{}]*)\}$/.exec(cell)?.[1]
  return { definition: definition(name, more), cell: object => whole === undefined ? cell.replace(/\{([^{}]*)\}/g, (_, part: string) => word(filled(object, part))) : filled(object, whole) }
}

/** One `{…}` of a cell. */
function filled(object: JsonObject, part: string): Json {
  const [text = '', fallback = ''] = part.split('|')
  const [name = '', ...words] = text.split(' ')
  const found = Object.hasOwn(WORDS, name) ? WORDS[name]?.(object, ...words) : valueIn(object, name)
  return found === undefined || found === null || found === '' ? fallback === '0' ? 0 : fallback : found
}

/** A column of a definition; what its path does not find is null, as on the real server. */
function customColumn(given: JsonObject): Column {
  const type = textAt(given, 'type') ?? 'string'
  const steps = stepsOf(textAt(given, 'jsonPath') ?? '')
  return {
    definition: definition(textAt(given, 'name') ?? '', pick(given, ['type', 'format', 'description', 'priority'])),
    cell: object => cellOf(type, steps?.reduce<readonly Json[]>((found, step) => found.flatMap(step), [object])[0]),
  }
}

function cellOf(type: string, first: Json | undefined): Json {
  if (first === undefined || first === null) return null
  if (type === 'date') return typeof first === 'string' ? since(first).replace('<unknown>', '<invalid>') : null
  if (type === 'string') return typeof first === 'string' ? first : JSON.stringify(first)
  if (type === 'integer') return typeof first === 'number' ? Math.trunc(first) : null
  return typeof first === type ? first : null
}

type Step = (value: Json) => readonly Json[]

const STEP = /\.((?:\\.|[^.[\\])+)|\[(?:'([^']*)'|"([^"]*)"|(-?\d+|\*)|\?\(@((?:\.[\w-]+)+)\s*==\s*(?:"([^"]*)"|'([^']*)'|(\w+))\))\]/g

/** The steps of a JSONPath of Kubernetes' sort (`.a.b`, `['a']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`); undefined for any other. */
function stepsOf(path: string): readonly Step[] | undefined {
  const text = path.replace(/^\{(.*)\}$/, '$1').replace(/^\$/, '')
  if (text.replaceAll(STEP, '') !== '') return undefined
  return [...text.matchAll(STEP)].map(([, field, single, double, index, filter, ...values]): Step => value => {
    const key = field?.replace(/\\(.)/g, '$1') ?? single ?? double
    if (key !== undefined) return [valueAt(value, key)].filter(item => item !== undefined)
    const list = isList(value) ? value : []
    if (filter !== undefined) return list.filter(item => word(valueIn(item, filter.slice(1))) === values.find(wanted => typeof wanted === 'string'))
    return index === '*' ? list : list.slice(Number(index)).slice(0, 1)
  })
}
