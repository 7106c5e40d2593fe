import type { Cluster } from '../../flow/ports.ts'

/** A context of the kubeconfig: where it leads, and whether it is the current one. */
export interface Context { readonly name: string, readonly server: string | null, readonly current: boolean }

/** What `init` needs before there is a configuration. */
export interface Setup {
  /** The folder to write into, as the person named it. */
  readonly dir: string
  /** The user of the operating system. */
  readonly user: string
  readonly contexts: readonly Context[]
  /** The API server of a context, under the name that it gets in writ.yaml. Nothing is connected yet. */
  cluster(context: string, name: string): Promise<Cluster>
  /** Writes a file that is not there yet; gives false, and leaves it as it is, where it is. */
  write(name: string, text: string): Promise<boolean>
}
