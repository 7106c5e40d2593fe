import { expect } from 'chai'
import { health } from '../../src/flow/health.ts'
import { podFailure, podsOfTemplate } from '../../src/flow/pod-failure.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'

const NOW = Date.parse('2026-01-01T00:10:00Z')

function workload(kind: string, spec: JsonObject, status: JsonObject): KubernetesObject {
  return { apiVersion: 'apps/v1', kind, metadata: { name: 'web', namespace: 'shop', generation: 3 }, spec, status: { observedGeneration: 3, ...status } }
}

const available = { type: 'Available', status: 'True' }
const done = { replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2, conditions: [available] }

describe('health of a Deployment', () => {
  const rows: readonly [string, JsonObject, JsonObject, string, string?][] = [
    ['is healthy when every pod is new and available', { replicas: 2 }, done, 'healthy'],
    ['takes one replica where the spec names none', {}, { ...done, replicas: 1, updatedReplicas: 1, availableReplicas: 1, readyReplicas: 1 }, 'healthy'],
    ['is healthy at zero replicas', { replicas: 0 }, {}, 'healthy'],
    ['is not judged before its controller has seen the spec', { replicas: 2 }, { ...done, observedGeneration: 2 }, 'progressing', 'generation 2 of 3'],
    ['waits for updated pods', { replicas: 2 }, { ...done, updatedReplicas: 1 }, 'progressing', '1 of 2 pods have the new template'],
    ['waits for old pods to go', { replicas: 2 }, { ...done, replicas: 3 }, 'progressing', 'old template'],
    ['waits for available pods', { replicas: 2 }, { ...done, availableReplicas: 1 }, 'progressing', '1 of 2 new pods are available'],
    ['waits for ready pods', { replicas: 2 }, { ...done, readyReplicas: 0 }, 'progressing', 'ready'],
    ['wants the condition Available', { replicas: 2 }, { ...done, conditions: [{ type: 'Available', status: 'False' }] }, 'progressing', 'Available is False'],
    ['wants the condition Available to be there', { replicas: 2 }, { ...done, conditions: [] }, 'progressing', 'not set'],
    ['is paused where the spec says so, however healthy it looks', { replicas: 2, paused: true }, done, 'paused', 'spec.paused'],
    ['fails at its deadline', { replicas: 2 }, { ...done, updatedReplicas: 1, conditions: [available, { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'too slow' }] }, 'failing', 'too slow'],
    ['fails where pods may not be made', { replicas: 2 }, { ...done, updatedReplicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' }] }, 'failing', 'exceeded quota'],
  ]
  for (const [name, spec, status, state, words] of rows) {
    it(name, () => {
      const judged = health(workload('Deployment', spec, status), [], NOW)
      expect(judged.state).to.equal(state)
      if (words !== undefined) expect(judged.sentence).to.include(words)
    })
  }
  it('is not healthy without any status', () => {
    expect(health({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', generation: 1 }, spec: {} }, [], NOW).state).to.equal('progressing')
  })
})

describe('health of a StatefulSet', () => {
  const full = { readyReplicas: 3, updatedReplicas: 3, currentRevision: 'b', updateRevision: 'b' }
  const rows: readonly [string, JsonObject, JsonObject, string, string?][] = [
    ['is healthy when all pods are of the new revision', { replicas: 3 }, full, 'healthy'],
    ['waits for ready pods', { replicas: 3 }, { ...full, readyReplicas: 2 }, 'progressing'],
    ['waits for the last pod to be updated', { replicas: 3 }, { ...full, updatedReplicas: 2 }, 'progressing'],
    ['waits for the revision to become current', { replicas: 3 }, { ...full, currentRevision: 'a' }, 'progressing', 'revision a'],
    ['needs only pods at or above the partition, and says so', { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } }, { ...full, updatedReplicas: 1, currentRevision: 'a' }, 'healthy', 'partition'],
    ['does not call OnDelete done while pods are old', { replicas: 3, updateStrategy: { type: 'OnDelete' } }, { ...full, updatedReplicas: 0, currentRevision: 'a' }, 'paused', 'OnDelete'],
    ['calls OnDelete done once all pods are new', { replicas: 3, updateStrategy: { type: 'OnDelete' } }, full, 'healthy'],
  ]
  for (const [name, spec, status, state, words] of rows) {
    it(name, () => {
      const judged = health(workload('StatefulSet', spec, status), [], NOW)
      expect(judged.state).to.equal(state)
      if (words !== undefined) expect(judged.sentence).to.include(words)
    })
  }
  it('is not judged without observedGeneration', () => {
    expect(health({ ...workload('StatefulSet', { replicas: 3 }, full), status: full }, [], NOW).state).to.equal('progressing')
  })
})

describe('health of a DaemonSet', () => {
  const full = { desiredNumberScheduled: 4, updatedNumberScheduled: 4, numberAvailable: 4 }
  const rows: readonly [string, JsonObject, JsonObject, string][] = [
    ['is healthy when every node runs the new pod', {}, full, 'healthy'],
    ['is healthy where no node wants a pod', {}, { desiredNumberScheduled: 0 }, 'healthy'],
    ['waits while nothing is said about nodes', {}, {}, 'progressing'],
    ['waits for updated pods', {}, { ...full, updatedNumberScheduled: 3 }, 'progressing'],
    ['waits for available pods', {}, { ...full, numberAvailable: 3 }, 'progressing'],
    ['does not call OnDelete done while pods are old', { updateStrategy: { type: 'OnDelete' } }, { ...full, updatedNumberScheduled: 0 }, 'paused'],
  ]
  for (const [name, spec, status, state] of rows) {
    it(name, () => { expect(health(workload('DaemonSet', spec, status), [], NOW).state).to.equal(state) })
  }
})

describe('health of other kinds', () => {
  it('is field equality, and the sentence says so', () => {
    const judged = health({ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'tidy', namespace: 'shop', generation: 2 } }, [], NOW)
    expect(judged.state).to.equal('healthy')
    expect(judged.sentence).to.include('has no rollout that Writ judges')
  })
  it('waits for a controller that says which generation it saw', () => {
    expect(health({ apiVersion: 'x/v1', kind: 'Thing', metadata: { name: 'a', generation: 2 }, status: { observedGeneration: 1 } }, [], NOW).state).to.equal('progressing')
  })
})

describe('pods of a failing rollout', () => {
  const pod = (status: JsonObject, spec: JsonObject = {}): KubernetesObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1', namespace: 'shop' }, spec, status })
  const waiting = (reason: string, restartCount = 0): JsonObject => ({ containerStatuses: [{ name: 'web', restartCount, state: { waiting: { reason, message: 'why' } } }] })
  const rows: readonly [string, JsonObject, string | null][] = [
    ['an image that cannot be pulled', waiting('ImagePullBackOff'), 'ImagePullBackOff: why'],
    ['an image name that is none', waiting('InvalidImageName'), 'InvalidImageName'],
    ['a configuration that is missing', waiting('CreateContainerConfigError'), 'CreateContainerConfigError'],
    ['a crash loop after three restarts', waiting('CrashLoopBackOff', 3), 'CrashLoopBackOff after 3'],
    ['no crash loop yet', waiting('CrashLoopBackOff', 2), null],
    ['a container that is starting', waiting('ContainerCreating'), null],
    ['too little memory', { containerStatuses: [{ name: 'web', restartCount: 1, lastState: { terminated: { reason: 'OOMKilled' } } }] }, 'OOMKilled'],
    ['an init container that fails', { initContainerStatuses: [{ name: 'init', state: { waiting: { reason: 'ErrImagePull' } } }] }, 'container init'],
    ['no node for more than a minute', { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no nodes', lastTransitionTime: '2026-01-01T00:08:00Z' }] }, 'Unschedulable: no nodes'],
    ['no node for a moment', { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no nodes', lastTransitionTime: '2026-01-01T00:09:30Z' }] }, null],
  ]
  for (const [name, status, words] of rows) {
    it(`shows ${name}`, () => {
      const reason = podFailure([pod(status)], NOW)
      if (words === null) expect(reason).to.equal(null)
      else expect(reason).to.include(words)
    })
  }
  it('makes an unfinished rollout failing, and never a finished one', () => {
    const bad = pod(waiting('ImagePullBackOff'))
    expect(health(workload('Deployment', { replicas: 2 }, { ...done, updatedReplicas: 1 }), [bad], NOW).state).to.equal('failing')
    expect(health(workload('Deployment', { replicas: 2 }, done), [bad], NOW).state).to.equal('healthy')
  })
  it('counts only pods of the present template', () => {
    const template = { replicas: 1, template: { spec: { containers: [{ name: 'web', image: 'web:2', resources: { limits: { cpu: '0.5' } } }] } } }
    const made = (image: string, cpu: string, more: JsonObject = {}): KubernetesObject => ({ ...pod({}, { containers: [{ name: 'web', image, resources: { limits: { cpu, memory: '1Gi' } } }, { name: 'injected', image: 'proxy:1' }] }), metadata: { name: 'p', ...more } })
    const kept = podsOfTemplate(workload('Deployment', template, {}), [made('web:2', '500m'), made('web:1', '500m'), made('web:2', '1'), made('web:2', '500m', { deletionTimestamp: 'x' })])
    expect(kept).to.have.length(1)
  })
})
