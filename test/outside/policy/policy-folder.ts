import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import type { PolicyEngine } from '../../../src/flow/ports.ts'
import type { JudgedObject } from '../../../src/model/plan.ts'
import { CLASS_RULES, EnvironmentFile } from '../../../src/model/environment.ts'
import type { Environment, EnvironmentClass } from '../../../src/model/environment.ts'
import { refOf } from '../../../src/model/resource.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import type { Verdict } from '../../../src/model/verdict.ts'
import { openPolicies } from '../../../src/outside/policy/open-policies.ts'

/** Files of a policy folder: texts as they are, other values as YAML. */
export type Files = Readonly<Record<string, unknown>>

/** Writes a policy folder, hands it over, and removes it. */
export async function withFolder<T>(files: Files, use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'writ-policy-'))
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true })
      await writeFile(join(dir, path), typeof content === 'string' ? content : stringify(content))
    }
    return await use(dir)
  } finally {
    await rm(dir, { recursive: true })
  }
}

/** A policy on all operations of Deployments, with these parts of its spec. */
export function policy(spec: object, name = 'p'): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name },
    spec: { matchConstraints: { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['*'], resources: ['deployments'] }] }, ...spec },
  }
}

/** A binding that denies, with these parts of its spec. */
export function binding(spec: object = {}, name = 'b'): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name },
    spec: { policyName: 'p', validationActions: ['Deny'], ...spec },
  }
}

/** The folder of one policy with these validations, bound everywhere. */
export function simple(expression: string, more: object = {}): Files {
  return { 'resource/p.yaml': policy({ validations: [{ expression, message: 'not so' }], ...more }), 'bindings/all.yaml': binding() }
}

/** An environment of a class. */
export function environment(cls: EnvironmentClass, name: string = `the-${cls}`, known = true): Environment {
  return { ...EnvironmentFile.parse({ name, class: cls, covers: [{ cluster: 'main' }] }), approvals: 0, rules: CLASS_RULES[cls], known }
}

/** A Deployment shop/web with this spec. */
export function deployment(spec: KubernetesObject['metadata'] = { replicas: 1 }, metadata: KubernetesObject['metadata'] = {}): KubernetesObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', ...metadata }, spec }
}

/** A change of an object, addressed as it addresses itself. */
export function change(before: KubernetesObject | null, after: KubernetesObject | null): JudgedObject {
  const shown = after ?? before ?? deployment()
  return { ref: refOf(shown), before, after }
}

/** Judges one change in prod by a folder of files. */
export async function judge(files: Files, judged: JudgedObject = change(null, deployment()), namespaces: readonly KubernetesObject[] = []): Promise<readonly Verdict[]> {
  return withFolder(files, dir => judgeBy(openPolicies({ dir }), judged, namespaces))
}

/** Judges one change in prod by an engine. */
export function judgeBy(engine: PolicyEngine, judged: JudgedObject, namespaces: readonly KubernetesObject[] = []): Promise<readonly Verdict[]> {
  return engine.judge(environment('prod'), [judged], new Map(namespaces.map(namespace => [refOf(namespace).name, namespace])))
}

/** The results of verdicts, in a few words. */
export function results(verdicts: readonly Verdict[]): string {
  return verdicts.map(verdict => `${verdict.preExisting ? 'pre-existing ' : ''}${verdict.result}`).join(' ')
}
