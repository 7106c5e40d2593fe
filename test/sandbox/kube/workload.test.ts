import { expect } from 'chai'
import { setTimeout as wait } from 'node:timers/promises'
import { isList, textAt, valueAt } from '../../../src/model/json.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'
import { APPLY, deployment, eventually, must } from './support.ts'
import { watching } from './wire.ts'

const APPS = '/apis/apps/v1/namespaces/default'
const PODS = '/api/v1/namespaces/default/pods'

describe('workload controller of the embedded cluster', () => {
  let kube: Kube

  beforeEach(async () => { kube = await startKube({ controller: { stepDelay: 5, deadline: 300 } }) })
  afterEach(() => kube.stop())

  function apply(object: JsonObject, plural = 'deployments'): Promise<JsonObject> {
    return must(kube, 'PATCH', `${APPS}/${plural}/${textAt(object, 'metadata', 'name')}?fieldManager=tester&force=true`, object, APPLY)
  }

  async function condition(name: string, type: string): Promise<string> {
    const conditions = valueAt(await must(kube, 'GET', `${APPS}/deployments/${name}`), 'status', 'conditions')
    const found = (isList(conditions) ? conditions : []).find(item => textAt(item, 'type') === type)
    return `${textAt(found, 'status')} ${textAt(found, 'reason')}`
  }

  async function items(path: string): Promise<readonly Json[]> {
    const found = valueAt(await must(kube, 'GET', path), 'items')
    return isList(found) ? found : []
  }

  it('rolls a Deployment out: observed late, never below what must be available, pods of the new image at the end', async () => {
    await apply(deployment('web', 'nginx:1', 3))
    await eventually(async () => await condition('web', 'Progressing') === 'True NewReplicaSetAvailable')
    const seen: JsonObject[] = []
    const start = textAt(await must(kube, 'GET', `${APPS}/deployments`), 'metadata', 'resourceVersion')
    const stop = await watching(kube, `${APPS}/deployments?resourceVersion=${start}`, (_, object) => seen.push(object))
    await apply(deployment('web', 'nginx:2', 3))
    await eventually(() => seen.some(object => valueAt(object, 'status', 'observedGeneration') === 2 && valueAt(object, 'status', 'updatedReplicas') === 3 && JSON.stringify(object['status']).includes('NewReplicaSetAvailable')))
    stop()
    expect(valueAt(seen[0], 'metadata', 'generation')).to.equal(2)
    expect(valueAt(seen[0], 'status', 'observedGeneration')).to.equal(1)
    expect(seen.some(object => valueAt(object, 'status', 'observedGeneration') === 2 && valueAt(object, 'status', 'updatedReplicas') === 1)).to.equal(true)
    expect(seen.every(object => Number(valueAt(object, 'status', 'availableReplicas')) >= 3)).to.equal(true)
    expect(seen.every(object => Number(valueAt(object, 'status', 'replicas')) <= 4)).to.equal(true)
    const pods = await items(PODS)
    expect(pods.map(pod => JSON.stringify(valueAt(pod, 'spec', 'containers')).includes('"nginx:2"'))).to.deep.equal([true, true, true])
    const sets = await items(`${APPS}/replicasets`)
    expect(sets.map(set => textAt(set, 'metadata', 'annotations', 'deployment.kubernetes.io/revision'))).to.have.members(['1', '2'])
    expect(textAt(await must(kube, 'GET', `${APPS}/deployments/web`), 'metadata', 'annotations', 'deployment.kubernetes.io/revision')).to.equal('2')
  })

  it('hangs on an image that cannot be pulled until the deadline, keeps the old pods, and recovers', async () => {
    await apply(deployment('web', 'nginx:1', 2))
    await eventually(async () => await condition('web', 'Progressing') === 'True NewReplicaSetAvailable')
    const said: string[] = []
    const stop = await watching(kube, `${APPS}/deployments`, (_, object) => said.push(/"reason":"(ReplicaSetUpdated|ProgressDeadlineExceeded)"/.exec(JSON.stringify(object['status']))?.[1] ?? ''))
    await apply(deployment('web', 'nginx:does-not-exist', 2))
    await eventually(() => said.includes('ProgressDeadlineExceeded'))
    stop()
    expect(await condition('web', 'Progressing')).to.equal('False ProgressDeadlineExceeded')
    expect(said.filter((reason, i) => reason !== '' && reason !== said[i - 1])).to.deep.equal(['ReplicaSetUpdated', 'ProgressDeadlineExceeded'])
    expect(JSON.stringify(await items(PODS))).to.contain('ImagePullBackOff')
    expect(await condition('web', 'Available')).to.equal('True MinimumReplicasAvailable')
    expect(valueAt(await must(kube, 'GET', `${APPS}/deployments/web`), 'status', 'availableReplicas')).to.equal(2)
    await apply(deployment('web', 'nginx:3', 2))
    await eventually(async () => await condition('web', 'Progressing') === 'True NewReplicaSetAvailable')
    expect(JSON.stringify(await items(PODS))).to.not.contain('ImagePullBackOff')
  })

  it('does nothing while frozen, goes slowly where told to, and only for the workload named', async () => {
    kube.controller.configure({ frozen: true }, { namespace: 'default', name: 'ice' })
    kube.controller.configure({ stepDelay: 60_000 }, { namespace: 'default', name: 'slow' })
    for (const name of ['ice', 'slow', 'free']) await apply(deployment(name))
    await eventually(async () => await condition('free', 'Progressing') === 'True NewReplicaSetAvailable')
    expect(valueAt(await must(kube, 'GET', `${APPS}/deployments/slow`), 'status')).to.deep.equal({})
    kube.controller.configure({ stepDelay: 5 }, { namespace: 'default', name: 'slow' })
    await eventually(async () => await condition('slow', 'Progressing') === 'True NewReplicaSetAvailable')
    expect(valueAt(await must(kube, 'GET', `${APPS}/deployments/ice`), 'status')).to.deep.equal({})
    kube.controller.configure({ frozen: false }, { namespace: 'default', name: 'ice' })
    await eventually(async () => await condition('ice', 'Progressing') === 'True NewReplicaSetAvailable')
  })

  it('scales to nothing and back, replaces a deleted pod, and takes all away with the Deployment', async () => {
    await apply(deployment('web', 'nginx:1', 2))
    await eventually(async () => (await items(PODS)).length === 2 && await condition('web', 'Progressing') === 'True NewReplicaSetAvailable')
    await must(kube, 'PATCH', `${APPS}/deployments/web/scale`, { spec: { replicas: 0 } })
    await eventually(async () => (await items(PODS)).length === 0)
    await must(kube, 'PATCH', `${APPS}/deployments/web/scale`, { spec: { replicas: 2 } })
    await eventually(async () => (await items(PODS)).length === 2)
    const [first] = await items(PODS)
    await must(kube, 'DELETE', `${PODS}/${textAt(first, 'metadata', 'name')}`)
    await eventually(async () => (await items(PODS)).length === 2)
    await must(kube, 'DELETE', `${APPS}/deployments/web`)
    await eventually(async () => (await items(PODS)).length === 0 && (await items(`${APPS}/replicasets`)).length === 0)
    await wait(30)
    expect(await items(PODS)).to.deep.equal([])
  })

  it('goes back to the replica set it had, with a new revision', async () => {
    for (const image of ['nginx:1', 'nginx:2', 'nginx:1']) {
      await apply(deployment('web', image))
      const generation = valueAt(await must(kube, 'GET', `${APPS}/deployments/web`), 'metadata', 'generation')
      await eventually(async () => valueAt(await must(kube, 'GET', `${APPS}/deployments/web`), 'status', 'observedGeneration') === generation && await condition('web', 'Progressing') === 'True NewReplicaSetAvailable')
    }
    const sets = await items(`${APPS}/replicasets`)
    expect(sets.map(set => textAt(set, 'metadata', 'annotations', 'deployment.kubernetes.io/revision'))).to.have.members(['2', '3'])
  })

  it('rolls a StatefulSet from the last pod to the first, and stays at a broken one', async () => {
    const set = (image: string): JsonObject => ({ ...deployment('db'), kind: 'StatefulSet', spec: { ...deployment('db', image, 3).spec, serviceName: 'db' } })
    const status = async (): Promise<Json | undefined> => valueAt(await must(kube, 'GET', `${APPS}/statefulsets/db`), 'status')
    await apply(set('pg:1'), 'statefulsets')
    await eventually(async () => valueAt(await status(), 'readyReplicas') === 3)
    expect((await items(PODS)).map(pod => textAt(pod, 'metadata', 'name'))).to.deep.equal(['db-0', 'db-1', 'db-2'])
    await apply(set('pg:does-not-exist'), 'statefulsets')
    await eventually(async () => valueAt(await status(), 'updatedReplicas') === 1)
    await wait(60)
    expect(await status()).to.include({ readyReplicas: 2, updatedReplicas: 1, observedGeneration: 2 })
    expect(textAt(await status(), 'currentRevision')).to.not.equal(textAt(await status(), 'updateRevision'))
    await apply(set('pg:2'), 'statefulsets')
    await eventually(async () => valueAt(await status(), 'updatedReplicas') === 3 && valueAt(await status(), 'readyReplicas') === 3)
    expect(textAt(await status(), 'currentRevision')).to.equal(textAt(await status(), 'updateRevision'))
  })

  it('rolls a DaemonSet out on the one node there is', async () => {
    const set = (image: string): JsonObject => {
      const { replicas: _replicas, ...spec } = deployment('agent', image).spec
      return { ...deployment('agent'), kind: 'DaemonSet', spec }
    }
    const status = async (): Promise<Json | undefined> => valueAt(await must(kube, 'GET', `${APPS}/daemonsets/agent`), 'status')
    await apply(set('agent:1'), 'daemonsets')
    await eventually(async () => valueAt(await status(), 'numberReady') === 1)
    await apply(set('agent:2'), 'daemonsets')
    await eventually(async () => valueAt(await status(), 'observedGeneration') === 2 && valueAt(await status(), 'updatedNumberScheduled') === 1 && valueAt(await status(), 'numberReady') === 1)
    expect(await status()).to.include({ desiredNumberScheduled: 1, currentNumberScheduled: 1 })
  })

  it('writes no status for any other kind', async () => {
    await must(kube, 'POST', '/apis/batch/v1/namespaces/default/jobs', { metadata: { name: 'j' }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'x:1' }] } } } })
    await wait(50)
    expect(valueAt(await must(kube, 'GET', '/apis/batch/v1/namespaces/default/jobs/j'), 'status')).to.deep.equal({})
  })
})
