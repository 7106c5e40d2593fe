/** What one may ask of a field. '*' stands for every container, as kubectl has it. */
export type FieldAsk =
  | { readonly kind: 'image', readonly container: string, readonly value: string }
  | { readonly kind: 'resource', readonly container: string, readonly section: 'limits' | 'requests', readonly resource: string, readonly value: string }
  | { readonly kind: 'replicas', readonly value: number }

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
}

/** One request for a change: who wants what, where, and why. Nothing in it can set how strict Writ is. */
export interface ChangeRequest {
  readonly verb: 'set image' | 'set resources' | 'scale'
  readonly target: TargetAsk
  readonly asks: readonly FieldAsk[]
  readonly scope: 'app' | 'shared'
  readonly requester: Identity
  readonly reason: string | null
  readonly incident: string | null
  readonly rollbackPlan: string | null
}

/** `image of web = nginx:1.27`, for people. */
export function showAsk(ask: FieldAsk): string {
  switch (ask.kind) {
    case 'image': return `image of ${containerName(ask.container)} = ${ask.value}`
    case 'resource': return `${ask.section}.${ask.resource} of ${containerName(ask.container)} = ${ask.value}`
    case 'replicas': return `replicas = ${ask.value}`
  }
}

function containerName(name: string): string {
  return name === '*' ? 'every container' : name
}
