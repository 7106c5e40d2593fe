import { execFileSync } from 'node:child_process'
import { expect } from 'chai'
import { textAt } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { scenario, shown, V1, V2 } from '../scenario.ts'
import type { Played } from '../scenario.ts'

// The controllers' own patience with a failing sync is not what is looked at here.
const ONCE = { argocd: { syncPolicy: { automated: { prune: true, selfHeal: true }, retry: { limit: 1, backoff: { duration: '1s' } } } }, flux: {} }

describe('what the API server refuses', () => {
  scenario('admission denies the object: the change has failed in the words of the policy', { name: 'denied', more: ONCE }, async scene => {
    await scene.apply(...denying(scene, V2))
    const id = await scene.merged(V2)
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([1, 'failed'])
    expect(textAt(followed.answer, 'ended', 'message')).to.include('this image is not wanted here')
    expect(await scene.image()).to.equal(V1)
  })

  scenario('a field that cannot change is refused before anything is written', { name: 'fixed' }, async scene => {
    const head = await scene.git.head('apps')
    const asked = await scene.writ('set', 'field', 'deployment/web', 'spec.selector.matchLabels.app=other', '-n', scene.namespace, '--reason', 'a scenario')
    expect(asked.exit, shown(asked)).to.equal(3)
    expect(await scene.git.head('apps')).to.equal(head)
  })

  scenario('a commit of somebody else that cannot be applied holds ours up, and is told in the server\'s words', { name: 'immutable', more: ONCE }, async scene => {
    const text = await scene.git.read('apps', 'main', 'apps/web/web.yaml')
    await scene.push({ 'apps/web/web.yaml': text?.replaceAll('{app: web}', '{app: other}') ?? '' }, 'Rename the label')
    // Argo CD may look at any moment: once it has failed, that commit ships with ours by the plan's own word, and no merge goes back to be approved again.
    if (scene.owner.tool === 'argocd') {
      await scene.changeOwner({ metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } })
      await scene.seen(scene.owner.object, owner => textAt(owner, 'status', 'operationState', 'phase') === 'Failed', 'the sync of the commit has failed')
    }
    const id = await scene.merged(V2)
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([1, 'failed'])
    expect(textAt(followed.answer, 'ended', 'message')).to.include('field is immutable')
  })
})

describe('an owner that follows a tag', () => {
  scenario('never deploys a merge to the branch: the request is refused PINNED', { name: 'pinned' }, async scene => {
    execFileSync('git', ['tag', 'v1', 'main'], { cwd: scene.git.folderOf('apps') })
    if (scene.owner.tool === 'argocd') await scene.changeOwner({ spec: { source: { targetRevision: 'v1' } } })
    else await scene.apply({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name: 'apps', namespace: scene.namespace }, spec: { url: scene.url, interval: '10m', ref: { branch: 'main', tag: 'v1' } } })
    const asked = await scene.ask(V2)
    expect([asked.exit, textAt(asked.answer, 'code')], shown(asked)).to.deep.equal([3, 'PINNED'])
  })
})

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
