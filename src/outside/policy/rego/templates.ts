import { z } from 'zod'
import { isList, isObject, plainJson, valueAt } from '../../../model/json.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import { WritError } from '../../../model/error.ts'
import type { PolicyFile } from '../folder.ts'
import { LabelSelector } from '../schemas.ts'
import { yamlDocuments } from '../yaml-documents.ts'
import type { YamlDocument } from '../yaml-documents.ts'

const Names = z.looseObject({ name: z.string().min(1), annotations: z.record(z.string(), z.string()).optional(), labels: z.record(z.string(), z.string()).optional() })
const RegoSource = z.looseObject({ rego: z.string().min(1), libs: z.array(z.string()).default([]), version: z.enum(['v0', 'v1']).default('v0') })
const Target = z.strictObject({
  target: z.literal('admission.k8s.gatekeeper.sh'), rego: z.string().optional(), libs: z.array(z.string()).default([]), operations: z.array(z.string()).optional(),
  code: z.array(z.strictObject({ engine: z.string(), source: z.looseObject({}) })).default([]),
})

/** templates.gatekeeper.sh ConstraintTemplate. */
const TemplateObject = z.looseObject({
  apiVersion: z.enum(['templates.gatekeeper.sh/v1', 'templates.gatekeeper.sh/v1beta1', 'templates.gatekeeper.sh/v1alpha1']), kind: z.literal('ConstraintTemplate'), metadata: Names,
  spec: z.looseObject({ crd: z.looseObject({ spec: z.looseObject({ names: z.looseObject({ kind: z.string().min(1) }), validation: z.looseObject({ openAPIV3Schema: z.looseObject({}).optional() }).optional() }) }), targets: z.array(Target).length(1) }),
})

const Match = z.strictObject({
  source: z.enum(['All', 'Original', 'Generated']).default('All'),
  kinds: z.array(z.strictObject({ apiGroups: z.array(z.string()).optional(), kinds: z.array(z.string()).optional() })).optional(),
  scope: z.enum(['*', 'Cluster', 'Namespaced']).default('*'),
  namespaces: z.array(z.string()).optional(), excludedNamespaces: z.array(z.string()).optional(),
  labelSelector: LabelSelector.optional(), namespaceSelector: LabelSelector.optional(), name: z.string().optional(),
})
/** `spec.match` of a Constraint. */
export type ConstraintMatch = z.infer<typeof Match>

const Action = z.enum(['deny', 'warn', 'dryrun'])
const ConstraintObject = z.looseObject({
  apiVersion: z.string().regex(/^constraints\.gatekeeper\.sh\/v1(?:beta1|alpha1)?$/), kind: z.string().min(1), metadata: Names,
  spec: z.strictObject({
    match: Match.default({ source: 'All', scope: '*' }), parameters: z.looseObject({}).optional(),
    enforcementAction: z.enum(['deny', 'warn', 'dryrun', 'scoped']).default('deny'),
    scopedEnforcementActions: z.array(z.strictObject({ action: Action, enforcementPoints: z.array(z.strictObject({ name: z.string() })).default([]) })).default([]),
  }).default({ match: { source: 'All', scope: '*' }, enforcementAction: 'deny', scopedEnforcementActions: [] }),
})

/** A ConstraintTemplate. `rego` null where it has none. */
export interface Template {
  readonly kind: string
  readonly name: string
  readonly file: string
  readonly severity: string | null
  readonly rego: { readonly text: string, readonly libs: readonly string[], readonly version: 0 | 1 } | null
  /** The engines that it has source for. */
  readonly engines: readonly string[]
}

/** A Constraint; `action` null where no enforcement point that counts here is named. */
export interface Constraint { readonly kind: string, readonly name: string, readonly file: string, readonly match: ConstraintMatch, readonly parameters: JsonObject, readonly action: 'deny' | 'warn' | 'audit' | null }

/** The ConstraintTemplates and Constraints of a policy folder. Throws config/invalid with file and line for everything that is not understood. */
export function readTemplates(files: readonly PolicyFile[], dir: string): { readonly templates: readonly Template[], readonly constraints: readonly Constraint[] } {
  const documents = files.flatMap(file => yamlDocuments(file, dir).map(document => ({ file: file.path, document })))
  const isTemplate = ({ document }: { readonly document: YamlDocument }): boolean => isObject(document.value) && document.value['kind'] === 'ConstraintTemplate'
  const found = documents.filter(isTemplate).map(({ file, document }) => templateOf(document, file))
  const templates = found.map(({ template }) => template)
  const schemas = new Map(found.map(({ template, schema }) => [template.kind, schema]))
  if (schemas.size < templates.length) throw new WritError('config/invalid', `${dir}/gatekeeper: two ConstraintTemplates make one kind.`)
  const constraints = documents.filter(one => !isTemplate(one)).map(({ file, document }) => {
    const constraint = constraintOf(document, file)
    const schema = schemas.get(constraint.kind)
    if (schema === undefined) throw document.wrong(`kind ${constraint.kind} is not supported here: no ConstraintTemplate of this folder makes it`, ['kind'])
    return { ...constraint, parameters: withDefaults(schema, constraint.parameters) }
  })
  return { templates, constraints }
}

function templateOf(document: YamlDocument, file: string): { readonly template: Template, readonly schema: Json } {
  const { metadata, spec } = document.as(TemplateObject)
  const [target] = spec.targets
  if (target === undefined) throw document.wrong('it has no target', ['spec', 'targets'])
  const coded = target.code.find(({ engine }) => engine === 'Rego')
  const source = coded === undefined ? target.rego === undefined ? null : { rego: target.rego, libs: target.libs, version: 'v0' as const } : regoOf(document, coded.source)
  const kind = spec.crd.spec.names.kind
  return {
    schema: plainJson(spec.crd.spec.validation?.openAPIV3Schema ?? null),
    template: {
      kind, name: metadata.name, file, severity: metadata.annotations?.['writ.dev/severity'] ?? null,
      rego: source === null ? null : { text: source.rego, libs: source.libs, version: source.version === 'v1' ? 1 : 0 },
      engines: [...target.code.map(({ engine }) => engine), ...target.rego === undefined ? [] : ['Rego']],
    },
  }
}

function regoOf(document: YamlDocument, source: unknown): z.infer<typeof RegoSource> {
  const parsed = RegoSource.safeParse(source)
  if (!parsed.success) throw document.wrong(`the Rego source is not understood: ${parsed.error.issues[0]?.message ?? ''}`, ['spec', 'targets', 0, 'code'])
  return parsed.data
}

function constraintOf(document: YamlDocument, file: string): Constraint {
  const { kind, metadata, spec } = document.as(ConstraintObject)
  if (metadata.labels?.['writ.dev/env'] !== undefined) throw document.wrong('a Constraint counts in every environment; the label writ.dev/env is for bindings', ['metadata', 'labels'])
  const scoped = spec.scopedEnforcementActions.filter(({ enforcementPoints }) => enforcementPoints.length === 0 || enforcementPoints.some(({ name }) => ['*', 'gator.gatekeeper.sh', 'validation.gatekeeper.sh'].includes(name))).map(({ action }) => action)
  const asked = spec.enforcementAction === 'scoped' ? (['deny', 'warn', 'dryrun'] as const).find(action => scoped.includes(action)) ?? null : spec.enforcementAction
  return { kind, name: metadata.name, file, match: spec.match, parameters: objectOf(spec.parameters), action: asked === 'dryrun' ? 'audit' : asked }
}

function objectOf(value: unknown): JsonObject {
  const plain = plainJson(value ?? {})
  return isObject(plain) ? plain : {}
}

/** What the API server would fill in, by the schema of the template. */
function withDefaults(schema: Json, parameters: JsonObject): JsonObject {
  const filled = filledIn(schema, parameters)
  return isObject(filled) ? filled : parameters
}

function filledIn(schema: Json | undefined, value: Json | undefined): Json | undefined {
  const items = valueAt(schema, 'items')
  if (isList(value)) return items === undefined ? value : value.map(one => filledIn(items, one) ?? null)
  const properties = valueAt(schema, 'properties')
  if (!isObject(properties) || !isObject(value)) return value ?? valueAt(schema, 'default')
  const more = Object.entries(properties).map(([key, inner]) => [key, filledIn(inner, value[key])] as const).filter(([, found]) => found !== undefined)
  return { ...value, ...Object.fromEntries(more) }
}

/** `K8sRequiredLabels owners-must-be-known`, and of a template alone its kind. */
export function constraintName({ kind, name }: Pick<Constraint, 'kind' | 'name'>): string {
  return `${kind}/${name}`
}
