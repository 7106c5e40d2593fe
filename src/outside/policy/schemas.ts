import { z } from 'zod'

/** metadata as far as it is used; other keys are the API server's business. */
const Metadata = z.looseObject({
  name: z.string().min(1),
  namespace: z.string().min(1).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
})

/** A label selector of Kubernetes. */
export const LabelSelector = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z.array(z.strictObject({
    key: z.string().min(1),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
    values: z.array(z.string()).optional(),
  })).optional(),
})
export type LabelSelector = z.infer<typeof LabelSelector>

const Rule = z.strictObject({
  apiGroups: z.array(z.string()).min(1),
  apiVersions: z.array(z.string()).min(1),
  operations: z.array(z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'])).min(1),
  resources: z.array(z.string()).min(1),
  scope: z.enum(['Cluster', 'Namespaced', '*']).default('*'),
  resourceNames: z.array(z.string()).optional(),
})
export type Rule = z.infer<typeof Rule>

const MatchResources = z.strictObject({
  resourceRules: z.array(Rule).optional(),
  excludeResourceRules: z.array(Rule).optional(),
  namespaceSelector: LabelSelector.optional(),
  objectSelector: LabelSelector.optional(),
  matchPolicy: z.enum(['Exact', 'Equivalent']).default('Equivalent'),
})
export type MatchResources = z.infer<typeof MatchResources>

const Named = z.strictObject({ name: z.string().min(1), expression: z.string().min(1) })

/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy. Keys that are not known are refused. */
export const PolicyFileObject = z.strictObject({
  apiVersion: z.literal('admissionregistration.k8s.io/v1'),
  kind: z.literal('ValidatingAdmissionPolicy'),
  metadata: Metadata,
  spec: z.strictObject({
    failurePolicy: z.enum(['Fail', 'Ignore']).default('Fail'),
    paramKind: z.strictObject({ apiVersion: z.string().min(1), kind: z.string().min(1) }).optional(),
    matchConstraints: MatchResources.extend({ resourceRules: z.array(Rule).min(1) }),
    matchConditions: z.array(Named).max(64).default([]),
    variables: z.array(Named.extend({ name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of letters, digits and _') })).default([]),
    validations: z.array(z.strictObject({
      expression: z.string().min(1),
      message: z.string().optional(),
      messageExpression: z.string().min(1).optional(),
      reason: z.enum(['Unauthorized', 'Forbidden', 'Invalid', 'RequestEntityTooLarge']).optional(),
    })).default([]),
    // Accepted, without effect: nothing here writes a cluster's audit log.
    auditAnnotations: z.array(z.strictObject({ key: z.string(), valueExpression: z.string() })).default([]),
  }).refine(spec => spec.validations.length + spec.auditAnnotations.length > 0, { message: 'a policy needs at least one of validations' }),
})
export type PolicyFileObject = z.infer<typeof PolicyFileObject>

const Actions = z.array(z.enum(['Deny', 'Warn', 'Audit'])).min(1)
  .refine(actions => !(actions.includes('Deny') && actions.includes('Warn')), { message: 'Deny and Warn may not stand together' })

const ParamRef = z.strictObject({
  name: z.string().min(1).optional(),
  namespace: z.string().min(1).optional(),
  selector: LabelSelector.optional(),
  parameterNotFoundAction: z.enum(['Allow', 'Deny']).default('Deny'),
}).refine(ref => (ref.name === undefined) !== (ref.selector === undefined), { message: 'paramRef needs either name or selector' })
export type ParamRef = z.infer<typeof ParamRef>

/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding. */
export const BindingFileObject = z.strictObject({
  apiVersion: z.literal('admissionregistration.k8s.io/v1'),
  kind: z.literal('ValidatingAdmissionPolicyBinding'),
  metadata: Metadata,
  spec: z.strictObject({
    policyName: z.string().min(1),
    paramRef: ParamRef.optional(),
    matchResources: MatchResources.optional(),
    validationActions: Actions,
  }),
})
export type BindingFileObject = z.infer<typeof BindingFileObject>

/** A ConfigMap that policies take parameters from; its values are texts. */
export const ConfigMapObject = z.strictObject({
  apiVersion: z.literal('v1'), kind: z.literal('ConfigMap'), metadata: Metadata.extend({ namespace: z.string().min(1) }),
  data: z.record(z.string(), z.string()).optional(), immutable: z.boolean().optional(),
})

/** Any other object that policies take parameters from. */
export const ParamObject = z.looseObject({
  apiVersion: z.string().regex(/^[^/]+\/[^/]+$/, 'a ConfigMap of v1, or a custom resource of group/version'), kind: z.string().min(1), metadata: Metadata,
})

/** The severities that the annotation writ.dev/severity may have (policy.md 4.1). */
export const Severity = z.enum(['critical', 'high', 'medium', 'low', 'info'])
