import { expect } from 'chai'
import { parse } from 'yaml'
import { objectsAt, textAt, valueAt } from '../../../src/model/json.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import { isKubernetesObject } from '../../../src/model/resource.ts'
import { baseEnvironment, killGroup, start } from '../../../src/outside/run.ts'
import { pause } from '../parts/program.ts'
import { scenario, settled, shown, V2 } from '../scenario.ts'
import type { Played } from '../scenario.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
// Nobody puts a live edit back here.
const LEAVES = { argocd: { syncPolicy: { automated: { prune: true } } }, flux: {} }
const PATCHER = 'scenario-patches-deployments'
const BY_HAND = 'registry.example.com/web:by-hand'

/** Edits the live Deployment as a person would: another image, and one more pod. */
async function byHand(scene: Played): Promise<void> {
  const live = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: scene.namespace, name: 'web' }
  await scene.cluster.request('PATCH', `/apis/apps/v1/namespaces/${live.namespace}/deployments/web?fieldManager=somebody`, { spec: { replicas: 2, template: { spec: { containers: [{ name: 'web', image: BY_HAND }] } } } }, 'application/strategic-merge-patch+json')
}

function changed(answer: JsonObject): readonly string[] {
  return objectsAt(answer, 'objects').flatMap(object => objectsAt(object, 'fields')).map(field => JSON.stringify(field['path'])).toSorted()
}

describe('git against live', () => {
  scenario('is asked of the server where its rights allow that, and rendered where they do not; what an autoscaler sets is left', { name: 'diff', class: 'dev', roles: ['writ', PATCHER], more: LEAVES }, async scene => {
    await scene.apply({ apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: PATCHER }, rules: [] })
    await settled(scene)
    await byHand(scene)
    // Flux applies once more after its first success, and puts that one back.
    for (let tries = 0; scene.owner.tool === 'flux' && tries < 3; tries++) {
      await pause(6000)
      if (await scene.image() === BY_HAND) break
      await byHand(scene)
    }
    const rendered = await scene.writ('diff', 'deployment/web', '-n', scene.namespace)
    await scene.apply({ apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: PATCHER }, rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] }] })
    const asked = await scene.writ('diff', 'deployment/web', '-n', scene.namespace, '--exit-code')
    expect([rendered.exit, asked.exit]).to.deep.equal([0, 1])
    expect([changed(rendered.answer), changed(asked.answer)], shown(asked)).to.deep.equal([changed(asked.answer), changed(rendered.answer)])
    expect(JSON.stringify(asked.answer)).to.include(BY_HAND)
    await scene.apply({
      apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web', namespace: scene.namespace },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 4, metrics: [] },
    })
    const scaled = await scene.writ('diff', 'deployment/web', '-n', scene.namespace)
    expect(changed(scaled.answer).some(path => path.includes('replicas')), shown(scaled)).to.equal(false)
    expect(JSON.stringify(objectsAt(scaled.answer, 'objects').map(one => one['ignored']))).to.match(/HorizontalPodAutoscaler|autoscaler/)
    if (scene.owner.tool === 'argocd') {
      await scene.changeOwner({ spec: { ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jqPathExpressions: ['.spec.template.spec.containers[].image'] }] } })
      const left = await scene.writ('diff', '--app', scene.owner.owner.name, '-n', 'argocd', '--exit-code')
      expect([left.exit, changed(left.answer)], shown(left)).to.deep.equal([0, []])
    }
  })
})

describe('history, describe and a list that is watched', () => {
  scenario('tell of our changes, of other people\'s commits and of what the controller deployed', { name: 'told', class: 'dev' }, async scene => {
    const child = start({ program: 'node', args: [...scene.command, 'list', '--watch', '-o', 'json'], env: { ...baseEnvironment(), ...scene.env } })
    const rows: string[] = []
    child.stdout?.on('data', (data: Buffer) => { rows.push(String(data)) })
    const ended = new Promise<number | null>(resolve => { child.once('close', resolve) })
    try {
      await scene.push({ 'apps/web/NOTES.md': 'Read me\n' }, 'Say something')
      const made = await scene.ask(V2, '--wait')
      expect([made.exit, textAt(made.answer, 'status')], shown(made)).to.deep.equal([0, 'verified'])
      const id = textAt(made.answer, 'id') ?? ''
      for (const name of ['deployment/web', `${scene.owner.owner.kind.toLowerCase()}/${scene.owner.owner.name}`]) {
        const told = await scene.writ('history', name, '-n', name.startsWith('deployment') ? scene.namespace : scene.owner.owner.namespace)
        const text = JSON.stringify(told.answer)
        expect(told.exit, shown(told)).to.equal(0)
        // What was asked of an object is the object's; its owner's history has the commit.
        if (name === 'deployment/web') expect(text).to.include(id)
        expect(text).to.include('Say something').and.match(scene.owner.tool === 'argocd' ? /synced as deployment 1/ : /applied sha256:/)
      }
      const described = await scene.writ('describe', `change/${id}`)
      expect(valueAt(described.answer, 'facts', 'verified', 'revision'), shown(described)).to.be.a('string')
      expect(JSON.stringify(valueAt(described.answer, 'facts', 'verified', 'owner') ?? null)).to.include(scene.owner.owner.name)
      child.kill('SIGINT')
      expect(await ended).to.equal(0)
      expect(rows.join('')).to.include(id).and.include('verified')
    } finally {
      killGroup(child)
    }
  })
})

describe('doctor', () => {
  scenario('names the rights that are missing as a role, and is content once that is applied', { name: 'doctor', class: 'dev', tools: ['flux'], roles: ['scenario-little', 'scenario-given'] }, async scene => {
    await scene.apply({ apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: 'scenario-little' }, rules: [{ apiGroups: ['', 'apps'], resources: ['namespaces', 'pods', 'deployments'], verbs: ['get', 'list'] }] })
    await scene.apply({ apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: 'scenario-given' }, rules: [] })
    const rights = async (): Promise<JsonObject> => objectsAt((await scene.writ('doctor')).answer, 'checks').find(check => textAt(check, 'name')?.startsWith('rights') === true) ?? {}
    const before = await rights()
    expect([textAt(before, 'state'), textAt(before, 'found')?.includes('watch')], JSON.stringify(before)).to.deep.equal(['warning', true])
    const roles = (textAt(before, 'text') ?? '').split('\n---\n').map(text => parse(text) as Json).filter(isKubernetesObject)
    expect(roles.map(role => textAt(role, 'metadata', 'name'))).to.include('writ-missing')
    await scene.apply({ apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: 'scenario-given' }, rules: roles.flatMap(role => objectsAt(role, 'rules')) })
    const after = await rights()
    expect(textAt(after, 'state'), JSON.stringify(after)).to.equal('ok')
  })
})
