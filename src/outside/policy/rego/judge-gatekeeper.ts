import { isObject, valueAt } from '../../../model/json.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import { podTemplatePath } from '../../../model/resource.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import type { Verdict } from '../../../model/verdict.ts'
import { requestOf } from '../admission.ts'
import type { Admission } from '../admission.ts'
import { kindInfo } from '../kinds.ts'
import type { Namespaces } from '../match.ts'
import { constraintMatches } from './constraint-match.ts'
import { regoModule } from './module.ts'
import type { RegoModule } from './module.ts'
import { regoVerdict, regoVerdicts } from './rego-verdicts.ts'
import type { RegoSubject } from './rego-verdicts.ts'
import type { RegoRules } from './rego-set.ts'
import { askRule } from './said.ts'
import { constraintName } from './templates.ts'
import type { Constraint, Template } from './templates.ts'

/** Judges objects by the Constraints of a policy folder (policy.md 1.3). */
export async function judgeGatekeeper({ templates, constraints }: RegoRules, admissions: readonly Admission[], how: { readonly namespaces: Namespaces, readonly timeoutMs: number }): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  for (const template of templates) {
    const own = constraints.filter(({ kind }) => kind === template.kind)
    const jobs = own.flatMap(constraint => admissions.flatMap(admission => jobOf(template, constraint, { admission, namespaces: how.namespaces })))
    if (jobs.length > 0) verdicts.push(...await judgeTemplate(template, jobs, how))
  }
  return verdicts
}

/** One Constraint on one object, or on the Pod that it makes. */
interface Job { readonly subject: RegoSubject, readonly constraint: Constraint, readonly admission: Admission, readonly unclear: string | null }

/** Policies are written for Pods, and changes are made to what makes them: what matches the Pod of a workload judges that, too, and so does the cluster when the Pod is made. */
function jobOf(template: Template, constraint: Constraint, { admission, namespaces }: { readonly admission: Admission, readonly namespaces: Namespaces }): readonly Job[] {
  const subject: RegoSubject = { policy: constraintName(constraint), binding: constraint.name, severity: template.severity, file: constraint.file, admission }
  const pod = podOf(admission)
  return ([[admission, false], [pod, true]] as const).flatMap(([one, generated]): readonly Job[] => {
    const match = one === null ? false : constraintMatches(constraint.match, { admission: one, generated, namespaces })
    return one === null || match === false ? [] : [{ subject, constraint, admission: one, unclear: match === true ? null : match.unclear }]
  })
}

async function judgeTemplate(template: Template, jobs: readonly Job[], how: { readonly namespaces: Namespaces, readonly timeoutMs: number }): Promise<readonly Verdict[]> {
  const counted = jobs.filter(({ constraint }) => constraint.action !== null)
  const verdicts = jobs.filter(({ constraint }) => constraint.action === null).map(({ subject }) => regoVerdict(subject, 'skip', { message: 'none of its enforcement points counts here' }))
  const unclear = counted.filter(job => job.unclear !== null)
  verdicts.push(...unclear.map(job => regoVerdict(job.subject, 'error', { message: job.unclear })))
  const clear = counted.filter(job => job.unclear === null)
  const source = await sourceOf(template)
  if ('failed' in source) return [...verdicts, ...clear.map(({ subject }) => regoVerdict(subject, 'error', { message: source.failed }))]
  const before = clear.filter(({ admission }) => admission.oldObject !== null)
  const inputs = [...clear.map(job => inputOf(job, how.namespaces, job.admission)), ...before.map(job => inputOf(job, how.namespaces, asItWas(job.admission)))]
  const said = await askRule({ files: source.files, package: source.package, rule: 'violation', inputs, timeoutMs: how.timeoutMs })
  return [...verdicts, ...clear.flatMap((job, i) => {
    const now = said[i] ?? { failed: 'opa did not answer for this object' }
    const old = before.indexOf(job)
    return regoVerdicts(job.subject, job.constraint.action ?? 'deny', { now, before: old < 0 ? null : said[clear.length + old] ?? null })
  })]
}

async function sourceOf(template: Template): Promise<{ readonly files: readonly RegoModule[], readonly package: readonly string[] } | { readonly failed: string }> {
  if (template.rego === null) return { failed: `the template has no Rego source (${template.engines.join(', ') || 'none'}), and this version evaluates no other; write it as a ValidatingAdmissionPolicy in resource/` }
  const versions = [template.rego.version]
  const files: RegoModule[] = []
  for (const [i, text] of [template.rego.text, ...template.rego.libs].entries()) {
    const module = await regoModule({ path: `${template.file}${i === 0 ? '' : ` libs[${i - 1}]`}`, text }, versions)
    if ('failed' in module) return { failed: module.failed }
    files.push(module)
  }
  const [main] = files
  const asks = files.flatMap(file => file.asks)
  if (asks.length > 0) return { failed: `it asks for ${[...new Set(asks)].join(' and ')}, which is not known here` }
  if (main?.rules.includes('violation') !== true) return { failed: 'its Rego has no rule violation' }
  return { files, package: main.package }
}

/** What Gatekeeper gives a template: the admission request as `review`, the Constraint's parameters. On DELETE the object is what was there. */
function inputOf({ constraint }: Job, namespaces: Namespaces, admission: Admission): JsonObject {
  const namespace = admission.namespace === null ? undefined : namespaces.get(admission.namespace)
  const review: JsonObject = {
    ...requestOf(admission), uid: '', options: null, object: admission.object ?? admission.oldObject, oldObject: admission.oldObject,
    ...namespace === undefined ? {} : { _unstable: { namespace } },
  }
  return { review, parameters: constraint.parameters }
}

/** The object before the change, as if it were put there unchanged. */
function asItWas(admission: Admission): Admission {
  return { ...admission, operation: 'UPDATE', object: admission.oldObject }
}

/** The Pod that a workload would make, as Gatekeeper's ExpansionTemplates have it; null for what makes none. */
function podOf(admission: Admission): Admission | null {
  const path = podTemplatePath(admission.ref.kind)
  if (path === null) return null
  const made = (object: KubernetesObject | null): KubernetesObject | null => {
    const template: Json | undefined = object === null ? undefined : valueAt(object, ...path)
    if (!isObject(template)) return null
    const metadata = valueAt(template, 'metadata')
    return { apiVersion: 'v1', kind: 'Pod', ...template, metadata: { ...isObject(metadata) ? metadata : {}, name: admission.ref.name, ...admission.namespace === null ? {} : { namespace: admission.namespace } } }
  }
  const [object, oldObject] = [made(admission.object), made(admission.oldObject)]
  if (object === null && oldObject === null) return null
  return { ...admission, ref: { ...admission.ref, group: '', version: 'v1', kind: 'Pod' }, version: 'v1', info: kindInfo('', 'Pod'), object, oldObject, operation: oldObject === null ? 'CREATE' : object === null ? 'DELETE' : 'UPDATE' }
}
