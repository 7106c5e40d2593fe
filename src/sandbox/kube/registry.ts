import type { JsonObject } from '../../model/json.ts'
import { isObject, objectsAt, textAt, textsAt, valueAt } from '../../model/json.ts'
import { KINDS } from './data/kinds.ts'
import type { Kind } from './kind.ts'
import { customSchema, namedSchema } from './schema.ts'

/** A kind to serve without a definition: everything in its objects is kept as written, and it has a status but for Argo CD's own kinds. */
export type KindToServe = Pick<Kind, 'group' | 'version' | 'kind' | 'plural' | 'namespaced'>

const WITHOUT_STATUS = new Set(['argoproj.io/Application', 'argoproj.io/AppProject'])
const REPLICAS = { spec: ['spec', 'replicas'], status: ['status', 'replicas'], selector: ['spec', 'selector'] }

/** The kinds the server serves now: the built-in ones, those somebody registered, and those of the stored definitions. */
export class Registry {
  private readonly builtIn = KINDS.trim().split('\n').map(builtInKind)
  private readonly registered = new Map<string, Kind>()
  private readonly defined = new Map<string, readonly Kind[]>()
  private known: readonly Kind[] = this.builtIn

  /** All kinds; a definition takes the place of a registered kind. */
  all(): readonly Kind[] {
    return this.known
  }

  /** Any version of a stored resource. */
  ofResource(resource: string): Kind | undefined {
    return this.known.find(kind => kind.resource === resource)
  }

  serve(kind: KindToServe): void {
    this.registered.set(`${kind.group}/${kind.version}/${kind.plural}`, {
      ...kind, ...namesOf(kind), singular: kind.kind.toLowerCase(), shortNames: [], categories: [], schema: customSchema(undefined),
      status: !WITHOUT_STATUS.has(`${kind.group}/${kind.kind}`), generation: 'content', custom: true, guarded: false,
    })
    this.gather()
  }

  /** Serves what a CustomResourceDefinition says. */
  define(definition: JsonObject): void {
    this.defined.set(textAt(definition, 'metadata', 'name') ?? '', definedKinds(definition))
    this.gather()
  }

  undefine(definition: JsonObject): readonly Kind[] {
    const name = textAt(definition, 'metadata', 'name') ?? ''
    const gone = this.defined.get(name) ?? []
    this.defined.delete(name)
    this.gather()
    return gone
  }

  private gather(): void {
    const defined = [...this.builtIn, ...[...this.defined.values()].flat()]
    const taken = new Set(defined.map(kind => kind.resource))
    this.known = [...defined, ...[...this.registered.values()].filter(kind => !taken.has(kind.resource))]
  }
}

/** How a kind is spoken of. */
function namesOf({ group, version, plural }: Pick<Kind, 'group' | 'version' | 'plural'>): Pick<Kind, 'groupVersion' | 'resource'> {
  return { groupVersion: group ? `${group}/${version}` : version, resource: `${group}/${plural}` }
}

/** One line of data/kinds.ts. */
function builtInKind(line: string): Kind {
  const [groupVersion = '', kind = '', plural = '', short = '', flags = '', ...rest] = line.split(' ')
  const [version = '', group = ''] = groupVersion.split('/').reverse()
  const prefix = group === '' ? '' : `${group.split('.')[0]}${version === 'v1' ? '' : version}.`
  const has = (flag: string): boolean => flags.includes(flag)
  const paths = (name: string): readonly string[] => rest.find(word => word.startsWith(`${name}=`))?.slice(name.length + 1).split(',') ?? []
  const [podSpec] = paths('pods')
  return {
    group, version, kind, plural, groupVersion, resource: `${group}/${plural}`, singular: kind.toLowerCase(), shortNames: short === '-' ? [] : short.split(','), categories: has('l') ? ['all'] : [],
    namespaced: has('n'), schema: namedSchema(prefix + kind), status: has('s'), ...(has('r') ? { scale: REPLICAS } : {}), ...(podSpec ? { podSpec } : {}),
    generation: has('a') ? 'annotations' : has('g') ? 'content' : 'never', custom: false, guarded: has('v'), unstored: has('p'), fixed: paths('fixed'), selectable: paths('select'),
  }
}

function definedKinds(definition: JsonObject): readonly Kind[] {
  const spec = valueAt(definition, 'spec')
  const [names, columns] = [valueAt(spec, 'names'), 'additionalPrinterColumns']
  const [group = '', plural = '', kind = ''] = [textAt(spec, 'group'), textAt(names, 'plural'), textAt(names, 'kind')]
  return objectsAt(spec, 'versions').filter(version => version['served'] === true).map(version => {
    const [name = '', rules] = [textAt(version, 'name'), valueAt(version, 'schema', 'openAPIV3Schema')]
    const scale = valueAt(version, 'subresources', 'scale')
    const path = (name: string): readonly string[] => (textAt(scale, name) ?? '').split('.').filter(part => part !== '')
    return {
      group, version: name, kind, plural, ...namesOf({ group, version: name, plural }), singular: textAt(names, 'singular') ?? kind.toLowerCase(),
      shortNames: textsAt(names, 'shortNames'), categories: textsAt(names, 'categories'), namespaced: textAt(spec, 'scope') !== 'Cluster',
      schema: customSchema(isObject(rules) ? rules : undefined), status: valueAt(version, 'subresources', 'status') !== undefined,
      ...(isObject(scale) ? { scale: { spec: path('specReplicasPath'), status: path('statusReplicasPath'), selector: path('labelSelectorPath') } } : {}),
      generation: 'content', custom: true, guarded: true, ...(version[columns] === undefined ? {} : { columns: objectsAt(version, columns) }),
    }
  })
}
