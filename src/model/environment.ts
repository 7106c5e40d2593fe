import { z } from 'zod'

/** The four classes of DESIGN.md section 3, weakest first. Unknown means prod. */
export const EnvironmentClass = z.enum(['dev', 'test', 'staging', 'prod'])
export type EnvironmentClass = z.infer<typeof EnvironmentClass>

/** What a class demands. An environment may ask for more approvals than its class, never for fewer. */
export interface ClassRules {
  readonly riskLevel: 'low' | 'medium' | 'high' | 'critical'
  readonly autoApply: boolean
  readonly gitopsRequired: boolean
  readonly requiresSeniorApproval: boolean
  readonly approvals: number
  /** False where only a person may merge. */
  readonly mayMergeItself: boolean
}

/** The table of DESIGN.md section 3. */
export const CLASS_RULES: Readonly<Record<EnvironmentClass, ClassRules>> = {
  dev: { riskLevel: 'low', autoApply: true, gitopsRequired: false, requiresSeniorApproval: false, approvals: 0, mayMergeItself: true },
  test: { riskLevel: 'medium', autoApply: true, gitopsRequired: false, requiresSeniorApproval: false, approvals: 0, mayMergeItself: true },
  staging: { riskLevel: 'high', autoApply: false, gitopsRequired: true, requiresSeniorApproval: false, approvals: 1, mayMergeItself: false },
  prod: { riskLevel: 'critical', autoApply: false, gitopsRequired: true, requiresSeniorApproval: true, approvals: 1, mayMergeItself: false },
}

/** A duration as Go and kubectl write it: `30s`, `10m`, `1h30m`. */
export const Duration = z.string().regex(/^(?:\d+(?:ms|s|m|h|d))+$/, 'a duration such as 30s, 10m or 24h')

/** One file of the environments folder: what it covers and what it demands beyond its class. */
export const EnvironmentFile = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
  class: EnvironmentClass,
  covers: z.array(z.strictObject({
    cluster: z.string(),
    /** Names or globs (`shop-*`); left out means every namespace, cluster-scoped objects included. */
    namespaces: z.array(z.string()).min(1).optional(),
    /** Labels that the namespace must carry, all of them. */
    labels: z.record(z.string(), z.string()).optional(),
  })).min(1),
  provider: z.enum(['auto', 'argocd', 'flux', 'none']).default('auto'),
  /** The repository for new objects, as its owners write it: where several owners deploy into a namespace, those of this one are asked first. */
  defaultRepo: z.string().min(1).optional(),
  approvals: z.number().int().min(0).max(10).optional(),
  /** The groups of people.yaml whose members may approve; left out means every known person. */
  approvers: z.array(z.string()).optional(),
  /** The groups whose members may look at changes here; left out means everybody. */
  viewers: z.array(z.string()).min(1).optional(),
  /** The groups whose members, people and machines, may ask for changes; left out means every known one, and in dev and test others too. */
  proposers: z.array(z.string()).min(1).optional(),
  /** The groups whose members may end what others have asked for; left out means every known person. */
  admins: z.array(z.string()).min(1).optional(),
  /** Each changed file needs the approval of one of its owners, by the CODEOWNERS file of the base branch. */
  codeOwners: z.boolean().optional(),
  /** The group whose members count as senior. */
  seniors: z.string().default('senior'),
  /** `automatic` only in dev and test: Writ merges by itself once its gates are passed. */
  merge: z.enum(['automatic', 'person']).default('person'),
  /** How long an approval holds after it was signed. */
  approvalLifetime: Duration.default('24h'),
  /** How long verify waits for the controller and the rollout in all before it ends with exit 5; left out: each state by what the owner's own spec says. */
  syncTimeout: Duration.optional(),
  verify: z.strictObject({
    stability: Duration.default('30s'),
    /** How long a rollout must be seen failing before the change has failed. Default 60s; twice that where a pod finds no node. */
    failing: Duration.optional(),
    /** Deadlines in place of those of the owner's spec. */
    deadlines: z.strictObject({ source: Duration.optional(), sync: Duration.optional(), rollout: Duration.optional() }).optional(),
  }).default({ stability: '30s' }),
  /** What becomes of a change whose rollout failed: its rollback is offered, or also opened, as a change request that people decide on like any other. */
  rollback: z.enum(['offer', 'open']).default('offer'),
  /** How long an owner that deploys here may be paused. */
  pause: z.strictObject({ longest: Duration.default('24h') }).default({ longest: '24h' }),
})
export type EnvironmentFile = z.infer<typeof EnvironmentFile>

/** An environment as the flow uses it: the file, and the rules of its class made upward by the file. */
export interface Environment extends Omit<EnvironmentFile, 'approvals'> {
  readonly rules: ClassRules
  readonly approvals: number
  /** False for the stand-in that is used where no file covers an object: class prod. */
  readonly known: boolean
}

/** Milliseconds of a duration such as `1h30m`. */
export function milliseconds(duration: string): number {
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
  let total = 0
  for (const [, amount, name] of duration.matchAll(/(\d+)(ms|s|m|h|d)/g)) total += Number(amount) * unit[name as keyof typeof unit]
  return total
}
