import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, textAt, valueAt } from '../../model/json.ts'
import { builtInKinds, groupVersionOf, resourceKey, servedKind } from './kinds.ts'
import type { Kind, KindToServe, ScalePaths } from './kinds.ts'
import { customSchema } from './schema.ts'

/** The kinds the server serves now: the built-in ones, those somebody registered, and those of the stored definitions. */
export class Registry {
  private readonly builtIn = builtInKinds()
  private readonly registered = new Map<string, Kind>()
  private readonly defined = new Map<string, readonly Kind[]>()
  private known: readonly Kind[] = this.builtIn

  /** All kinds; a definition takes the place of a registered kind. */
  all(): readonly Kind[] {
    return this.known
  }

  find(groupVersion: string, plural: string): Kind | undefined {
    return this.known.find(kind => kind.plural === plural && groupVersionOf(kind) === groupVersion)
  }

  /** Any version of a stored resource. */
  ofResource(resource: string): Kind | undefined {
    return this.known.find(kind => resourceKey(kind) === resource)
  }

  serve(kind: KindToServe): void {
    this.registered.set(`${groupVersionOf(kind)}/${kind.plural}`, servedKind(kind))
    this.gather()
  }

  /** Serves what a CustomResourceDefinition says. */
  define(definition: JsonObject): void {
    this.defined.set(textAt(definition, 'metadata', 'name') ?? '', kindsOf(definition))
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
    const defined = [...this.defined.values()].flat()
    const taken = new Set([...this.builtIn, ...defined].map(resourceKey))
    this.known = [...this.builtIn, ...defined, ...[...this.registered.values()].filter(kind => !taken.has(resourceKey(kind)))]
  }
}

function kindsOf(definition: JsonObject): readonly Kind[] {
  const spec = valueAt(definition, 'spec')
  const versions = valueAt(spec, 'versions')
  const kind = textAt(spec, 'names', 'kind') ?? ''
  return (isList(versions) ? versions : []).filter(isObject).filter(version => version['served'] === true).map(version => {
    const rules = valueAt(version, 'schema', 'openAPIV3Schema')
    const columns = version['additionalPrinterColumns']
    const scale = scalePaths(valueAt(version, 'subresources', 'scale'))
    return {
      group: textAt(spec, 'group') ?? '', version: textAt(version, 'name') ?? '', kind, plural: textAt(spec, 'names', 'plural') ?? '',
      singular: textAt(spec, 'names', 'singular') ?? kind.toLowerCase(), shortNames: texts(valueAt(spec, 'names', 'shortNames')),
      categories: texts(valueAt(spec, 'names', 'categories')), namespaced: textAt(spec, 'scope') !== 'Cluster',
      schema: customSchema(isObject(rules) ? rules : undefined), status: valueAt(version, 'subresources', 'status') !== undefined,
      ...(scale ? { scale } : {}), generation: 'content', custom: true, guarded: true, ...(isList(columns) ? { columns } : {}),
    }
  })
}

function scalePaths(scale: Json | undefined): ScalePaths | undefined {
  if (!isObject(scale)) return undefined
  const path = (name: string): readonly string[] => (textAt(scale, name) ?? '').split('.').filter(part => part !== '')
  return { spec: path('specReplicasPath'), status: path('statusReplicasPath'), selector: path('labelSelectorPath') }
}

function texts(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter(item => typeof item === 'string') : []
}
