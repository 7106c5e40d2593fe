import type { SteerVerb } from './steering.ts'

/**
 * What one may ask of a field. '*' stands for every container, as kubectl has it; `init:NAME` is an init container alone.
 * `field` is a dotted path with `[key=value]` for list items, or a JSON pointer; with a container it starts there. `as`: keep the type that the
 * field has, take the text as a string, or read it as JSON. A value of null takes the field away.
 */
export type FieldAsk =
  | { readonly kind: 'env', readonly container: string, readonly name: string, readonly value: string | null }
  | { readonly kind: 'field', readonly container: string | null, readonly field: string, readonly value: string | null, readonly as: 'field' | 'string' | 'json' }
  | { readonly kind: 'image', readonly container: string, readonly value: string }
  | { readonly kind: 'resource', readonly container: string, readonly section: 'limits' | 'requests', readonly resource: string, readonly value: string }
  | { readonly kind: 'replicas', readonly value: number }

/**
 * What one may ask of a whole object. A restart is new pods from the same template: `at` is the time that stands in its annotation, fixed when it was asked. A patch and a manifest are kept as the caller wrote them; which fields they mean is decided by the rendered object,
 * so that it holds for the commit that is edited.
 */
export type ObjectAsk =
  | { readonly kind: 'restart', readonly at: string }
  | { readonly kind: 'patch', readonly type: PatchType, readonly patch: string }
  | { readonly kind: 'apply', readonly manifest: string }
  | { readonly kind: 'delete' }

/** How kubectl names the ways to read a patch: RFC 7386, RFC 6902, and Kubernetes' own with merge keys and directives. */
export type PatchType = 'merge' | 'json' | 'strategic'

export type Ask = FieldAsk | ObjectAsk

/** What a change is called by the verb that asked for it. */
export type Verb = 'set image' | 'set resources' | 'set env' | 'set field' | 'scale' | 'restart' | 'patch' | 'apply' | 'delete' | SteerVerb

/** The object that is meant, as the caller names it: `deploy`, `deployments.apps`, `Deployment` are all one kind. */
export interface TargetAsk {
  /** A cluster of writ.yaml by name or context; null where there is only one or the kubeconfig's current context decides. */
  readonly cluster: string | null
  /** null: the context's namespace, else `default`. */
  readonly namespace: string | null
  readonly type: string
  readonly name: string
}

/** Who acts. `person` is null for an alias that people.yaml does not know: may look, never approve. */
export interface Identity {
  readonly person: string | null
  readonly kind: 'human' | 'ai'
  readonly groups: readonly string[]
  readonly email: string | null
  /** How the identity was established, and under which alias: os-user is the weakest (reliability.md R1). */
  readonly via: 'os-user' | 'ssh-key'
  readonly alias: string
  /** The person that an AI says it acts for; shown to people, and no right of anybody. */
  readonly onBehalfOf?: string
}

/** One request for a change: who wants what, where, and why. Nothing in it can set how strict Writ is. */
export interface ChangeRequest {
  readonly verb: Verb
  readonly target: TargetAsk
  readonly asks: readonly Ask[]
  /** The ID of the place that was chosen for a new object, out of those that a NEEDS_INPUT lists. */
  readonly place?: string
  readonly scope: 'app' | 'shared'
  readonly requester: Identity
  readonly reason: string | null
  readonly incident: string | null
  readonly rollbackPlan: string | null
}

/** `image of web = nginx:1.27`, for people. */
export function showAsk(ask: Ask): string {
  switch (ask.kind) {
    case 'image': return `image of ${containerName(ask.container)} = ${ask.value}`
    case 'resource': return `${ask.section}.${ask.resource} of ${containerName(ask.container)} = ${ask.value}`
    case 'replicas': return `replicas = ${ask.value}`
    case 'env': return ask.value === null ? `env ${ask.name} of ${containerName(ask.container)} goes` : `env ${ask.name} of ${containerName(ask.container)} = ${ask.value}`
    case 'field': return `${ask.container === null ? '' : `of ${containerName(ask.container)}: `}${ask.field} ${ask.value === null ? 'goes' : `= ${ask.value}`}`
    case 'restart': return `restart (${ask.at})`
    case 'patch': return `${ask.type} patch`
    case 'apply': return 'apply'
    case 'delete': return 'delete'
  }
}

function containerName(name: string): string {
  return name === '*' ? 'every container' : name
}
