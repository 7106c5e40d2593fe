import { z } from 'zod'
import { Duration } from './environment.ts'

/** A secret by reference: Writ's files never hold one. */
export const SecretRef = z.union([z.strictObject({ env: z.string() }), z.strictObject({ file: z.string() })])
export type SecretRef = z.infer<typeof SecretRef>

/** One cluster. `kubeconfig` defaults to what kubectl would use; paths are relative to the configuration folder. */
export const ClusterConfig = z.strictObject({
  name: z.string().min(1),
  kubeconfig: z.string().optional(),
  context: z.string().min(1),
  argocd: z.strictObject({
    /** The context of the cluster that runs Argo CD; the cluster itself where left out. */
    context: z.string().optional(),
    namespace: z.string().default('argocd'),
    /** How Argo CD names this cluster: server URLs and destination names. */
    destinations: z.array(z.string()).default(['https://kubernetes.default.svc', 'in-cluster']),
  }).optional(),
  flux: z.strictObject({
    /** The context of the cluster that runs Flux; the cluster itself where left out. */
    context: z.string().optional(),
  }).optional(),
})
export type ClusterConfig = z.infer<typeof ClusterConfig>

/** The cluster where a tool's own objects live: its name in writ.yaml, or the context that names it. */
export function hubOf(clusters: readonly ClusterConfig[], cluster: ClusterConfig, tool: 'argocd' | 'flux'): string {
  const context = cluster[tool]?.context
  if (context === undefined || context === cluster.context) return cluster.name
  return clusters.find(other => other.context === context)?.name ?? context
}

/** Which forge holds the repositories whose URL begins with one of `match`. */
export const RepositoryConfig = z.strictObject({
  match: z.array(z.string().min(1)).min(1),
  forge: z.string(),
  /** Where Writ fetches and pushes when the controllers' URL is not reachable for it. Only for a single repository. */
  pushUrl: z.string().optional(),
})
export type RepositoryConfig = z.infer<typeof RepositoryConfig>

const SshAccess = { sshKey: z.strictObject({ file: z.string() }), knownHosts: z.string() }

/**
 * Who Writ is to a forge: a token (for Git over https and the API), an SSH key (for Git over ssh alone), or both. `helper` asks the
 * command line of GitHub or GitLab for the token of its own login on this host.
 */
const ForgeCredentials = z.union([
  z.strictObject({ username: z.string().default('git'), token: SecretRef }),
  z.strictObject({ helper: z.enum(['gh', 'glab']) }),
  /** A GitHub App: `id` is its App ID or client ID; its installation is looked up by the repository where it is left out. `key`: its private key. */
  z.strictObject({ app: z.strictObject({ id: z.union([z.number().int().positive(), z.string().min(1)]), installation: z.number().int().positive().optional(), key: SecretRef }) }),
  z.strictObject(SshAccess),
  z.strictObject({ username: z.string().default('git'), token: SecretRef, ...SshAccess }),
  z.strictObject({ helper: z.enum(['gh', 'glab']), ...SshAccess }),
])
export type ForgeCredentials = z.infer<typeof ForgeCredentials>

/** What Writ signs its commits with: an SSH key without a passphrase, or a key of a GPG keyring (`home`: the folder of the keyring, if not ~/.gnupg). */
const SigningConfig = z.union([
  z.strictObject({ ssh: z.strictObject({ key: z.strictObject({ file: z.string() }) }) }),
  z.strictObject({ gpg: z.strictObject({ key: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 .@+<>_-]*!?$/), home: z.string().optional() }) }),
])
export type SigningConfig = z.infer<typeof SigningConfig>

/** A forge: who keeps change requests and reviews. `plain` keeps them in Writ's own store. */
export const ForgeConfig = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(['plain', 'github', 'gitlab', 'gitea']),
  host: z.string(),
  credentials: ForgeCredentials.optional(),
  /** Where its API stands, if not at the usual place of its kind. */
  api: z.string().optional(),
  /** What commits for its repositories are signed with, if not what `git.signing` says. */
  signing: SigningConfig.optional(),
  /** The secret that its webhooks are signed with. */
  webhook: SecretRef.optional(),
  insecureAllow: z.array(z.enum(['http', 'loopback', 'file'])).default([]),
})
export type ForgeConfig = z.infer<typeof ForgeConfig>

/** The secret that a forge's credentials name, and the keys that lead to it; null where they name none. */
export function secretOf({ credentials }: ForgeConfig): { readonly ref: SecretRef, readonly keys: readonly string[] } | null {
  if (credentials === undefined) return null
  if ('token' in credentials) return { ref: credentials.token, keys: ['token'] }
  return 'app' in credentials ? { ref: credentials.app.key, keys: ['app', 'key'] } : null
}

/** writ.yaml. Unknown keys are refused, so that a misspelt key is never silently without effect. */
export const WritConfig = z.strictObject({
  clusters: z.array(ClusterConfig).min(1),
  repositories: z.array(RepositoryConfig).default([]),
  forges: z.array(ForgeConfig).default([]),
  /** The folder of policy files; left out means the shipped set. */
  policies: z.string().optional(),
  store: z.strictObject({ path: z.string().optional() }).default({}),
  git: z.strictObject({
    name: z.string().default('Writ'),
    email: z.string().default('writ@localhost'),
    signing: SigningConfig.optional(),
  }).default({ name: 'Writ', email: 'writ@localhost' }),
  render: z.strictObject({
    timeout: Duration.default('60s'),
  }).default({ timeout: '60s' }),
})
export type WritConfig = z.infer<typeof WritConfig>

/** people.yaml: who is who. Two-person checks compare persons, not logins. */
export const PeopleFile = z.strictObject({
  people: z.array(z.strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
    kind: z.enum(['human', 'ai']).default('human'),
    email: z.string().optional(),
    groups: z.array(z.string()).default([]),
    aliases: z.strictObject({
      os: z.array(z.string()).default([]),
      /** Public keys as authorized_keys writes them: `ssh-ed25519 AAAA… comment`. */
      ssh: z.array(z.string()).default([]),
      forge: z.record(z.string(), z.string()).default({}),
      oidc: z.array(z.string()).default([]),
      kube: z.array(z.string()).default([]),
    }),
  })).default([]),
})
export type PeopleFile = z.infer<typeof PeopleFile>
export type Person = PeopleFile['people'][number]
