import type { FilePlace } from '../../model/check.ts'
import type { OwnerRef } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Closure, RenderAsk } from '../proof/closure.ts'

/** Where an owner says that it deploys to: a server or the name of a cluster (Argo CD), null where it runs itself or where nobody says; and the namespace of what states none. */
export interface StatedPlace { readonly tool: OwnerRef['tool'] | null, readonly cluster: string | null, readonly namespace: string | null }

/** One folder as it is deployed at one commit. */
export interface Delivery {
  readonly owner: OwnerRef | null
  readonly carrier: string | null
  readonly path: string
  /** Which of the owner's sources. */
  readonly source: number
  readonly ask: RenderAsk
  readonly closure: Closure
  readonly stated: StatedPlace
  readonly place: FilePlace
  /** Why it cannot be rendered as it is deployed: `ask` is then the folder as it stands, or null in `rendered` where even that says nothing. */
  readonly obstacle: string | null
  readonly rendered: boolean
  /** False where the folder is not there. */
  readonly there: boolean
}

/** Everything that a commit deploys, as far as its files say it. */
export interface Side {
  readonly deliveries: readonly Delivery[]
  /** Owners that render nothing of these files, by what they are: their charts or sources are elsewhere. */
  readonly elsewhere: readonly { readonly owner: OwnerRef, readonly what: string, readonly because: string, readonly place: FilePlace, /** What it says, to tell whether it has changed. */ readonly text: string }[]
  /** Namespaces that files state. */
  readonly namespaces: ReadonlyMap<string, KubernetesObject>
}
