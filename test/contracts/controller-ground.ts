import type { GitOpsTool, Cluster } from '../../src/flow/ports.ts'
import { isRefusal } from '../../src/model/error.ts'
import { valueAt } from '../../src/model/json.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { KubernetesObject, Target } from '../../src/model/resource.ts'
import { handOn } from './recording.ts'
import type { Hand, Place, Recording } from './recording.ts'

/**
 * Controllers at work on an API server and a Git repository: stand-ins, or the real ones. Everything in the suites goes through this and through
 * requests that any server answers, so that they say the same of both.
 */
export interface ControllerWorld {
  /** The text of a kubeconfig with all rights. */
  readonly kubeconfig: string
  /** The repository as owners write it; its branch is `main`. */
  readonly url: string
  /** Commits to `main` and gives the commit; null removes a file. */
  push(files: Readonly<Record<string, string | null>>): Promise<string>
  /** Writ's adapter and its cluster, by whose name targets are called. */
  readonly tool: GitOpsTool
  readonly cluster: Cluster
  /** Where owners are made, and an existing namespace that they deploy to. */
  readonly owners: string
  readonly workloads: string
  /** True where charts can be deployed. */
  readonly helm: boolean
  /** Milliseconds until what is waited for counts as never coming. */
  readonly patience: number
  close(): Promise<void>
}

export const configMap = (name: string, namespace: string, value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\ndata:\n  value: ${value}\n`
/** No server takes an object of this name. */
export const REFUSED = 'Not_A_Name'

/** What the tests of one tool share. Owners have names that no other run uses: beside others, and after one that was ended in its midst. */
export class Ground {
  readonly world: ControllerWorld
  readonly hand: Hand
  readonly #recordings: Recording[] = []
  readonly #made: Place[] = []
  readonly #run = Math.random().toString(36).slice(2, 7)
  #number = 0

  constructor(world: ControllerWorld) {
    this.world = world
    this.hand = handOn(world.kubeconfig, world.patience)
  }

  name(prefix: string): string {
    return `${prefix}-${this.#run}-${++this.#number}`
  }

  async record(place: Place): Promise<Recording> {
    const recording = await this.hand.record(place)
    this.#recordings.push(recording)
    return recording
  }

  /** Makes an owner, and takes it away at the end. */
  async make(place: Place, spec: KubernetesObject['spec']): Promise<void> {
    this.#made.push(place)
    await this.hand.apply({ apiVersion: place.apiVersion, kind: place.kind, metadata: { name: place.name, namespace: place.namespace }, ...spec === undefined ? {} : { spec } })
  }

  async value(name: string): Promise<unknown> {
    const map = await this.hand.get({ apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespace: this.world.workloads, name })
    return valueAt(map ?? {}, 'data', 'value')
  }

  target(name: string, kind = 'ConfigMap'): Target {
    return { cluster: this.world.cluster.name, group: kind === 'ConfigMap' ? '' : 'apps', version: 'v1', kind, namespace: this.world.workloads, name }
  }

  async owner(ref: Parameters<GitOpsTool['read']>[0], target: Target): Promise<Owner> {
    const read = await this.world.tool.read(ref, target)
    if (isRefusal(read)) throw new Error(read.message)
    return read
  }

  async close(): Promise<void> {
    for (const recording of this.#recordings) recording.stop()
    for (const place of this.#made.toReversed()) await this.hand.remove(place)
    await this.world.close()
  }
}
