import { isKubernetesObject } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { isObject, textAt } from '../../model/json.ts'
import { WritError } from '../../model/error.ts'
import type { PolicyFile } from './folder.ts'
import { BindingFileObject, ConfigMapObject, ParamObject, PolicyFileObject, Severity } from './schemas.ts'
import { yamlDocuments } from './yaml-documents.ts'
import type { YamlDocument } from './yaml-documents.ts'

/** The label that says for which environment, or class of environments, a binding is. */
const ENVIRONMENT_LABEL = 'writ.dev/env'

/** A policy and where it stands. */
export interface Policy { readonly name: string, readonly file: string, readonly severity: string | null, readonly spec: PolicyFileObject['spec'] }

/** A binding; `environment` null means all of them. */
export interface Binding { readonly name: string, readonly environment: string | null, readonly spec: BindingFileObject['spec'] }

/** All that a policy folder says. */
export interface PolicySet {
  readonly policies: readonly Policy[]
  readonly bindings: readonly Binding[]
  readonly params: readonly KubernetesObject[]
}

/** Reads all files of a policy folder. Throws config/invalid with file and line for everything that is not understood. */
export function readPolicySet(files: readonly PolicyFile[], dir: string): PolicySet {
  const set = { policies: [] as Policy[], bindings: [] as Binding[], params: [] as KubernetesObject[] }
  const seen = new Set<string>()
  for (const file of files.filter(({ path }) => /^(?:resource|bindings|params)\//.test(path))) {
    for (const document of yamlDocuments(file, dir)) {
      once(document, seen)
      if (file.path.startsWith('resource/')) set.policies.push(policyOf(document, file.path))
      else if (file.path.startsWith('bindings/')) set.bindings.push(bindingOf(document, file.path))
      else set.params.push(paramOf(document))
    }
  }
  if (set.policies.length === 0 && files.every(({ path }) => !/^(?:rego|gatekeeper)\//.test(path))) throw new WritError('config/invalid', `${dir} holds no policy in resource/*.yaml, so that nothing would be judged.`, { hint: 'Correct `policies` in writ.yaml, or leave it out to use the policies that come with Writ.' })
  for (const binding of set.bindings) checkPolicyName(binding, set.policies, dir)
  return set
}

function policyOf(document: YamlDocument, path: string): Policy {
  kindIs(document, 'ValidatingAdmissionPolicy')
  const { metadata, spec } = document.as(PolicyFileObject)
  const severity = metadata.annotations?.['writ.dev/severity'] ?? null
  if (severity !== null && !Severity.safeParse(severity).success) throw document.wrong(`writ.dev/severity is ${severity}; it can be ${Severity.options.join(', ')}`, ['metadata', 'annotations'])
  const names = spec.variables.map(variable => variable.name)
  if (new Set(names).size < names.length) throw document.wrong('two variables have the same name', ['spec', 'variables'])
  return { name: metadata.name, file: path, severity, spec }
}

function bindingOf(document: YamlDocument, path: string): Binding {
  kindIs(document, 'ValidatingAdmissionPolicyBinding')
  const { metadata, spec } = document.as(BindingFileObject)
  const environment = metadata.labels?.[ENVIRONMENT_LABEL] ?? null
  const stem = path.slice('bindings/'.length).replace(/\.ya?ml$/, '')
  // A label with a typing mistake would silently bind nothing: the file is named like it, so that both must agree.
  if (environment !== null && environment !== stem) throw document.wrong(`the label ${ENVIRONMENT_LABEL} is ${environment}, and the file is named ${stem}`, ['metadata', 'labels'])
  return { name: metadata.name, environment, spec }
}

function paramOf(document: YamlDocument): KubernetesObject {
  const { value } = document
  if (isObject(value) && value['kind'] === 'ConfigMap') document.as(ConfigMapObject)
  else document.as(ParamObject)
  if (!isObject(value) || !isKubernetesObject(value)) throw document.wrong('this is no Kubernetes object')
  return value
}

function kindIs(document: YamlDocument, kind: string): void {
  const found = textAt(isObject(document.value) ? document.value : {}, 'kind') ?? 'unknown'
  if (found !== kind) throw document.wrong(`kind ${found} is not supported here; this folder holds ${kind}`, ['kind'])
}

/** Two objects of one kind and name: which one counts would be chance. */
function once(document: YamlDocument, seen: Set<string>): void {
  const value = isObject(document.value) ? document.value : {}
  const [kind = '', name = ''] = [textAt(value, 'kind'), textAt(value, 'metadata', 'name')]
  const key = JSON.stringify([textAt(value, 'apiVersion'), kind, textAt(value, 'metadata', 'namespace'), name])
  if (seen.has(key)) throw document.wrong(`${kind} ${name} is there twice`, ['metadata', 'name'])
  seen.add(key)
}

function checkPolicyName(binding: Binding, policies: readonly Policy[], dir: string): void {
  if (policies.some(policy => policy.name === binding.spec.policyName)) return
  throw new WritError('config/invalid', `${dir}/bindings: the binding ${binding.name} names the policy ${binding.spec.policyName}, which is not in resource/.`)
}
