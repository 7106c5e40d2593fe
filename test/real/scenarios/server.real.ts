import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isObject, objectsAt, textAt } from '../../../src/model/json.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import type { CliAnswer } from '../../../src/sandbox/writ-cli.ts'
import { web } from '../owners.ts'
import { scenario, settled, shown, V1, V2 } from '../scenario.ts'
import type { Played } from '../scenario.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
const PATCHER = 'scenario-asks'
/** A kind of a definition. In a namespace of its own nobody reads it. */
const GADGET = `apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: gadget
  namespace: NAMESPACE
spec:
  description: one
  permitOnlyProjectScopedClusters: false
`
const FILES = { 'apps/web/web.yaml': web(V1), 'apps/web/gadget.yaml': GADGET }
const START = { class: 'dev', files: FILES, roles: ['writ', PATCHER] } as const

/** What the caller may beyond the minimal role. */
async function may(scene: Played, ...rules: readonly JsonObject[]): Promise<void> {
  await scene.apply({ apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: PATCHER }, rules: [...rules] })
}

/** `SERVER_REFUSES spec.nope: unknown field`, or what was asked of whom: `dry run`. */
function said({ answer }: CliAnswer): string {
  if (textAt(answer, 'kind') === 'Refusal') return `${textAt(answer, 'code') ?? ''} ${textAt(objectsAt(answer, 'evidence')[0], 'sentence') ?? ''}`
  const [first] = objectsAt(answer, 'server')
  return [textAt(first, 'asked') ?? 'nothing', ...warningsOf(first)].join(' ')
}

function warningsOf(answer: Json | undefined): readonly string[] {
  const warnings = isObject(answer) ? answer['warnings'] : undefined
  return Array.isArray(warnings) ? warnings.map(String) : []
}

async function plan(scene: Played, ...words: readonly string[]): Promise<CliAnswer> {
  return scene.writ('set', 'field', ...words, '-n', scene.namespace, '--dry-run')
}

/** What is asked of whom, and what is said with the minimal role and with a right to patch. */
const ROWS: readonly (readonly [readonly string[], string | RegExp, string | RegExp])[] = [
  [['deployment/web', 'spec.minReadySeconds=1'], 'schema', 'dry run'],
  [['deployment/web', 'spec.nope=1'], 'SERVER_REFUSES spec.nope: unknown field', 'SERVER_REFUSES spec.nope: unknown field'],
  [['deployment/web', '-c', 'web', 'imag=x'], /^SERVER_REFUSES spec\.template\.spec\.containers\[name=web\]\.imag: unknown field$/, /^SERVER_REFUSES spec\.template\.spec\.containers\[name=web\]\.imag: unknown field$/],
  [['deployment/web', '--string', 'spec.minReadySeconds=soon'], 'SERVER_REFUSES spec.minReadySeconds: must be a whole number, not text', /^SERVER_REFUSES spec\.minReadySeconds: expected numeric/],
  [['deployment/web', 'spec.minReadySeconds=-1'], 'schema', 'SERVER_REFUSES spec.minReadySeconds: must be greater than or equal to 0'],
  [['appproject/gadget', 'spec.description=two'], 'schema', 'dry run'],
  [['appproject/gadget', 'spec.nope=1'], 'SERVER_REFUSES spec.nope: unknown field', 'SERVER_REFUSES spec.nope: unknown field'],
  [['appproject/gadget', '--string', 'spec.permitOnlyProjectScopedClusters=no'], 'SERVER_REFUSES spec.permitOnlyProjectScopedClusters: must be true or false, not text', /^SERVER_REFUSES spec\.permitOnlyProjectScopedClusters: expected boolean/],
]

describe('what a plan asks the API server', () => {
  scenario('holds it against the schema with the minimal role, and tries it with a right to patch; nothing is kept', { name: 'ask', ...START }, async scene => {
    await settled(scene)
    await may(scene)
    const head = await scene.git.head('apps')
    const generation = (await scene.live()).metadata['generation']
    for (const [words, bySchema] of ROWS) {
      const answer = await plan(scene, ...words)
      expect(said(answer), `${words.join(' ')}: ${shown(answer)}`).to.match(exactly(bySchema))
    }
    await may(scene, { apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] }, { apiGroups: ['argoproj.io'], resources: ['appprojects'], verbs: ['patch'] })
    for (const [words, , byDryRun] of ROWS) {
      const answer = await plan(scene, ...words)
      expect(said(answer), `${words.join(' ')}: ${shown(answer)}`).to.match(exactly(byDryRun))
    }
    expect(await scene.git.head('apps')).to.equal(head)
    expect((await scene.live()).metadata['generation']).to.equal(generation)
    expect(JSON.stringify((await scene.live()).metadata['managedFields'])).to.not.include('writ-dry-run')
  })

  scenario('tries an object that is made, where it may be made, and holds it against the schema where not', { name: 'made', ...START }, async scene => {
    await settled(scene)
    await may(scene)
    const map = (more: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: made\n  namespace: ${scene.namespace}\ndata:\n  a: b\n${more}`
    const apply = (text: string): Promise<CliAnswer> => applied(scene, text)
    expect(said(await apply(map('')))).to.equal('schema')
    expect(said(await apply(map('nope: {}\n')))).to.equal('SERVER_REFUSES nope: unknown field')
    await may(scene, { apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] })
    expect(said(await apply(map(''))), 'the right to create is missing').to.equal('schema')
    await may(scene, { apiGroups: [''], resources: ['configmaps'], verbs: ['patch', 'create'] })
    expect(said(await apply(map('')))).to.equal('dry run')
    expect(said(await apply(map('nope: {}\n')))).to.equal('SERVER_REFUSES nope: unknown field')
    expect(await scene.get({ group: '', version: 'v1', kind: 'ConfigMap', name: 'made' })).to.equal(null)
  })

  scenario('tells what admission says to the caller, and refuses nothing for it', { name: 'admits', ...START, tools: ['flux'] }, async scene => {
    await settled(scene)
    await may(scene, { apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] })
    await scene.apply(...denying(scene, V2))
    const deadline = Date.now() + 30_000
    let answer = await scene.ask(V2, '--dry-run')
    // A policy holds a moment after it is there.
    while (said(answer) === 'dry run' && Date.now() < deadline) answer = await scene.ask(V2, '--dry-run')
    expect(answer.exit, shown(answer)).to.equal(0)
    expect(said(answer)).to.match(/^dry run admission would deny it to the caller.*this image is not wanted here/)
  })
})

function exactly(words: string | RegExp): RegExp {
  return typeof words === 'string' ? new RegExp(`^${words.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`) : words
}

async function applied(scene: Played, text: string): Promise<CliAnswer> {
  const file = join(await mkdtemp(join(tmpdir(), 'writ-made-')), 'made.yaml')
  await writeFile(file, text)
  try {
    return await scene.writ('apply', '-f', file, '--dry-run')
  } finally {
    await rm(dirname(file), { recursive: true, force: true })
  }
}

/** Denies one image in the scene's namespace, by the API server itself. */
function denying(scene: Played, image: string): readonly KubernetesObject[] {
  const group = 'admissionregistration.k8s.io/v1'
  return [
    {
      apiVersion: group, kind: 'ValidatingAdmissionPolicy', metadata: { name: scene.namespace },
      spec: {
        matchConstraints: { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] }] },
        validations: [{ expression: `object.spec.template.spec.containers.all(c, c.image != '${image}')`, message: 'this image is not wanted here' }],
      },
    },
    {
      apiVersion: group, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: scene.namespace },
      spec: { policyName: scene.namespace, validationActions: ['Deny'], matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': scene.namespace } } } },
    },
  ]
}
