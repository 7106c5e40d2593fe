import { expect } from 'chai'
import type { JsonObject } from '../../../src/model/json.ts'
import { dryRunOf } from '../../../src/outside/cluster/dry-run.ts'

const status = (code: number, message: string, more: JsonObject = {}): { readonly status: number, readonly body: JsonObject, readonly retryAfter: null } => ({ status: code, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code, ...more }, retryAfter: null })
const causes = (...of: readonly (readonly [string, string])[]): JsonObject => ({ details: { causes: of.map(([field, message]) => ({ field, message })) } })
const TYPED = 'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): '
// The object as the server quotes it, with words in it that look like the server's own.
const QUOTED = '"{\\"metadata\\":{\\"annotations\\":{\\"note\\":\\"unknown field \\\\\\"spec.other\\\\\\"\\"}}}"'
const PATCH = ` "" is invalid: patch: Invalid value: ${QUOTED}: `

/** What a kube-apiserver 1.36 says, word by word, and what that is taken for. */
const ROWS: readonly (readonly [string, ReturnType<typeof status>, string, (readonly string[])?])[] = [
  ['a field that apply does not know', status(500, `${TYPED}.spec.nope: field not declared in schema`), 'refused', ['spec.nope: unknown field']],
  ['several of them', status(500, `${TYPED}errors:\n  .spec.nope: field not declared in schema\n  .spec.template.spec.containers[name="web"].imag: field not declared in schema`), 'refused', ['spec.nope: unknown field', 'spec.template.spec.containers[name=web].imag: unknown field']],
  ['a value of another type', status(500, `${TYPED}.spec.replicas: expected numeric (int or float), got string`), 'refused', ['spec.replicas: expected numeric (int or float), got string']],
  ['a map for a text: its value is not quoted', status(500, `${TYPED}.metadata.annotations.a: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"b/c":"hunter2"}}`), 'refused', ['metadata.annotations.a: expected string, got another type']],
  ['a text for a boolean', status(500, 'failed to create typed patch object (a/x; kustomize.toolkit.fluxcd.io/v1, Kind=Kustomization): .spec.prune: expected boolean, got &{yes}'), 'refused', ['spec.prune: expected boolean, got another type']],
  ['an amount that is none', status(500, 'failed to convert new object (shop/web; apps/v1, Kind=Deployment) to proper version: unable to convert unstructured object to apps/v1, Kind=Deployment: quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\''), 'refused', ['quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'']],
  ['values that are out of bounds', status(422, 'Deployment.apps "web" is invalid: […]', causes(['spec.replicas', 'Invalid value: -1: must be greater than or equal to 0'], ['spec.template.spec.restartPolicy', 'Unsupported value: "Never": supported values: "Always"'])), 'refused', ['spec.replicas: must be greater than or equal to 0', 'spec.template.spec.restartPolicy: supported values: "Always"']],
  ['a field that cannot change: its value is not quoted', status(422, '…', causes(['spec.selector', 'Invalid value: {"matchLabels":{"a":"hunter2: x"}}: field is immutable'])), 'refused', ['spec.selector: field is immutable']],
  ['what is missing', status(422, '…', causes(['spec.selector', 'Required value'])), 'refused', ['spec.selector: Required value']],
  ['what a definition has against a value, and that it looked no further', status(422, '…', causes(['spec.prune', 'Invalid value: "string": spec.prune in body must be of type boolean: "string"'], ['<nil>', 'Invalid value: null: some validation rules were not checked'])), 'refused', ['spec.prune: spec.prune in body must be of type boolean: "string"']],
  ['unknown fields of a patch', status(422, `${PATCH}strict decoding error: unknown field "spec.nope", unknown field "spec.template.spec.foo"`, causes(['patch', '…'])), 'refused', ['spec.nope: unknown field', 'spec.template.spec.foo: unknown field']],
  ['a type that a patch gets wrong', status(422, `${PATCH}json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`, causes(['patch', '…'])), 'refused', ['spec.replicas: must be of type int32, not string']],
  ['an amount that a patch gets wrong: the object is not quoted', status(422, `${PATCH}quantities must match the regular expression`, causes(['patch', '…'])), 'refused', ['quantities must match the regular expression']],
  ['a field twice', status(400, 'error decoding: strict decoding error: duplicate field "spec.a"'), 'refused', ['spec.a: duplicate field']],
  ['a right that is missing', status(403, 'deployments.apps "web" is forbidden: User "system:serviceaccount:writ:writ" cannot patch resource "deployments" in API group "apps" in the namespace "shop"'), 'forbidden'],
  ['the right to create', status(403, 'deployments.apps "new" is forbidden: User "a\\"b" cannot create resource "deployments" in API group "apps" in the namespace "shop"'), 'forbidden'],
  ['a proxy that says no', { status: 403, body: { message: '<html>Forbidden</html>' }, retryAfter: null }, 'forbidden'],
  ['a quota', status(403, 'configmaps "x" is forbidden: exceeded quota: q, requested: configmaps=1'), 'denied'],
  ['a webhook', status(403, 'admission webhook "a.b.c" denied the request: no'), 'denied'],
  ['a webhook with a status of its own', status(400, 'admission webhook "a.b.c" denied the request: no'), 'denied'],
  ['a policy', status(422, 'deployments.apps "web" is forbidden: ValidatingAdmissionPolicy \'p\' with binding \'p\' denied request: too many', { details: { causes: [{ message: 'too many' }] } }), 'denied'],
  ['a webhook that knows no dry run', status(400, 'admission webhook "a.b.c" does not support dry run'), 'unable'],
  ['a conflict', status(409, 'the object has been modified'), 'unable'],
  ['a namespace that is not there', status(404, 'namespaces "none" not found'), 'absent'],
]

describe('what an answer to a dry run means', () => {
  for (const [name, answer, kind, objections] of ROWS) {
    it(`${name}: ${kind}`, () => {
      const said = dryRunOf(answer, 'words')
      expect(said?.kind).to.equal(kind)
      expect(said?.kind === 'refused' ? said.objections.map(({ field, sentence }) => field === null ? sentence : `${field}: ${sentence}`) : undefined).to.deep.equal(objections)
      expect(JSON.stringify(said)).not.to.include('hunter2')
    })
  }

  it('is no answer to the question where the server itself fails', () => {
    expect(dryRunOf(status(500, 'Internal error occurred: failed calling webhook "a.b.c": connection refused'), '')).to.equal(null)
    expect(dryRunOf(status(503, 'the server is currently unable to handle the request'), '')).to.equal(null)
    expect(dryRunOf(status(500, 'failed to create typed live object (shop/web; apps/v1, Kind=Deployment): .spec.old: field not declared in schema'), '')).to.equal(null)
    expect(dryRunOf({ status: 200, body: { kind: 'nothing' }, retryAfter: null }, '')).to.equal(null)
  })
})
