import { expect } from 'chai'
import { health } from '../../../src/flow/verify/health.ts'
import { podFailure, podsOfTemplate } from '../../../src/flow/verify/pod-failure.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'

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
      const judged = health(workload('Deployment', spec, status))
      expect(judged.state).to.equal(state)
      if (words !== undefined) expect(judged.sentence).to.include(words)
    })
  }
  it('is not healthy without any status', () => {
    expect(health({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', generation: 1 }, spec: {} }).state).to.equal('progressing')
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
      const judged = health(workload('StatefulSet', spec, status))
      expect(judged.state).to.equal(state)
      if (words !== undefined) expect(judged.sentence).to.include(words)
    })
  }
  it('is not judged without observedGeneration', () => {
    expect(health({ ...workload('StatefulSet', { replicas: 3 }, full), status: full }).state).to.equal('progressing')
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
    it(name, () => { expect(health(workload('DaemonSet', spec, status)).state).to.equal(state) })
  }
})

describe('health of other kinds', () => {
  const object = (apiVersion: string, kind: string, more: JsonObject): KubernetesObject => ({ apiVersion, kind, metadata: { name: 'a', namespace: 'shop', generation: 2 }, ...more })
  const condition = (type: string, status = 'True', message = 'why'): JsonObject => ({ conditions: [{ type, status, reason: 'Because', message }] })
  const job = (more: JsonObject): KubernetesObject => object('batch/v1', 'Job', more)
  const argoRollout = (status: JsonObject, spec: JsonObject = {}): KubernetesObject => object('argoproj.io/v1alpha1', 'Rollout', { spec, status: { observedGeneration: '2', phase: 'Healthy', stableRS: 'b', currentPodHash: 'b', ...status } })
  const balancer = (addresses: readonly JsonObject[], spec: JsonObject = { type: 'LoadBalancer' }): KubernetesObject => object('v1', 'Service', { spec, status: { loadBalancer: { ingress: addresses } } })
  const ingress = (addresses: readonly JsonObject[]): KubernetesObject => object('networking.k8s.io/v1', 'Ingress', { status: { loadBalancer: { ingress: addresses } } })
  const claim = (status: JsonObject): KubernetesObject => object('v1', 'PersistentVolumeClaim', { status })
  const custom = (status: JsonObject): KubernetesObject => object('x.example/v1', 'Thing', { status })
  const release = (observedGeneration: number, conditions: Readonly<Record<string, string>>, more: JsonObject = {}): KubernetesObject => object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', {
    status: { observedGeneration, conditions: Object.entries(conditions).map(([type, status]) => ({ type, status, observedGeneration, reason: 'Because', message: `why-${type}` })), ...more },
  })
  const waiting = { containerStatuses: [{ name: 'web', restartCount: 0, state: { waiting: { reason: 'ErrImagePull', message: 'no' } } }] }
  const rows: readonly [string, KubernetesObject, string, string, Parameters<typeof health>[1]?][] = [
    ['a CronJob is as asked', object('batch/v1', 'CronJob', {}), 'healthy', 'has no rollout that Writ judges'],
    ['a budget is as asked', object('policy/v1', 'PodDisruptionBudget', { status: { observedGeneration: 2 } }), 'healthy', 'has no rollout'],
    ['a Job is complete', job({ status: condition('Complete') }), 'healthy', 'is complete'],
    ['a Job has failed', job({ status: condition('Failed') }), 'failing', 'Because why'],
    ['a running Job is not done', job({ spec: { completions: 3 }, status: { succeeded: 1 } }), 'progressing', '1 of 3'],
    ['a suspended Job waits for a person', job({ spec: { suspend: true } }), 'paused', 'spec.suspend'],
    ['a Job whose pod cannot start fails early', job({}), 'failing', 'ErrImagePull', { pods: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, status: waiting }] }],
    ['a Rollout is Healthy with the newest ReplicaSet stable', argoRollout({}), 'healthy', 'stable ReplicaSet is b'],
    ['a Rollout whose stable ReplicaSet is old is not there yet', argoRollout({ stableRS: 'a' }), 'progressing', 'stable ReplicaSet is a, the newest is b'],
    ['a Rollout is not judged before its controller has seen it', argoRollout({ observedGeneration: '1' }), 'progressing', 'generation 1 of 2'],
    ['a Rollout waits for the workload that it names', argoRollout({}, { workloadRef: { kind: 'Deployment', name: 'web' } }), 'progressing', 'has not seen the workload'],
    ['a paused Rollout waits for a person', argoRollout({ phase: 'Paused', message: 'CanaryPauseStep' }), 'paused', 'CanaryPauseStep'],
    ['a Degraded Rollout fails', argoRollout({ phase: 'Degraded', message: 'ProgressDeadlineExceeded' }), 'failing', 'ProgressDeadlineExceeded'],
    ['a Rollout goes on', argoRollout({ phase: 'Progressing', message: 'more replicas need to be updated' }), 'progressing', 'more replicas'],
    ['a Service without a balancer is as asked', balancer([], { type: 'ClusterIP' }), 'healthy', 'has no rollout'],
    ['a Service waits for its address', balancer([]), 'progressing', 'no address yet'],
    ['a Service has its address', balancer([{ ip: '10.0.0.1' }]), 'healthy', '10.0.0.1'],
    ['a Service that never had an address does not wait', balancer([]), 'healthy', 'has no rollout', { before: balancer([]) }],
    ['a Service that becomes a balancer waits', balancer([]), 'progressing', 'no address', { before: balancer([], { type: 'ClusterIP' }) }],
    ['an Ingress waits for its address', ingress([]), 'progressing', 'no address'],
    ['an Ingress has its address', ingress([{ hostname: 'lb.example' }]), 'healthy', 'lb.example'],
    ['an Ingress that never had one does not wait', ingress([]), 'healthy', 'has no rollout', { before: ingress([]) }],
    ['an Ingress that lost its address waits', ingress([]), 'progressing', 'no address', { before: ingress([{ ip: '10.0.0.1' }]) }],
    ['a claim is bound', claim({ phase: 'Bound' }), 'healthy', 'is bound'],
    ['a claim is being resized', claim({ phase: 'Bound', ...condition('FileSystemResizePending') }), 'progressing', 'FileSystemResizePending'],
    ['a claim waits', claim({ phase: 'Pending' }), 'progressing', 'Pending'],
    ['a claim that nobody mounts stays Pending as it was', claim({ phase: 'Pending' }), 'healthy', 'has no rollout', { before: claim({ phase: 'Pending' }) }],
    ['a claim has lost its volume', claim({ phase: 'Lost' }), 'failing', 'lost'],
    ['a ReplicaSet has its pods', object('apps/v1', 'ReplicaSet', { spec: { replicas: 1 }, status: { observedGeneration: 2, replicas: 1, availableReplicas: 1 } }), 'healthy', '1 of 1'],
    ['a ReplicaSet lacks pods', object('apps/v1', 'ReplicaSet', { spec: { replicas: 2 }, status: { observedGeneration: 2, replicas: 2, availableReplicas: 1 } }), 'progressing', '1 of 2'],
    ['a custom kind waits for the generation', custom({ observedGeneration: 1 }), 'progressing', 'generation 1 of 2'],
    ['a HelmRelease is not stalled by what an older generation was', release(1, { Stalled: 'True', Released: 'False' }), 'progressing', 'generation 1 of 2'],
    ['a HelmRelease has run out of tries, and says what Helm said', release(2, { Stalled: 'True', Released: 'False' }), 'failing', 'Because: why-Released'],
    ['a HelmRelease was put back', release(2, { Stalled: 'True', Remediated: 'True', Released: 'False' }), 'failing', 'Because: why-Remediated'],
    ['a HelmRelease that failed is tried again', release(2, { Ready: 'False', Released: 'False' }, { failures: 0 }), 'progressing', 'Because: why-Released'],
    ['a HelmRelease fails once it has failed more often than it may', release(2, { Ready: 'False', Released: 'False' }, { observedGeneration: 1, failures: 1 }), 'failing', 'Because: why-Ready'],
    ['a HelmRelease may be tried as often as it says', { ...release(2, { Ready: 'False', Released: 'False' }, { observedGeneration: 1, failures: 1 }), spec: { upgrade: { remediation: { retries: 2 } } } }, 'progressing', 'why-Released'],
    ['a HelmRelease may be tried for ever', { ...release(2, { Ready: 'False', Released: 'False' }, { observedGeneration: 1, failures: 9 }), spec: { upgrade: { remediation: { retries: -1 } } } }, 'progressing', 'why-Released'],
    ['a HelmRelease whose values are not there fails', object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', { status: { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'False', observedGeneration: 2, reason: 'ValuesError', message: 'absent' }] } }), 'failing', 'ValuesError: absent'],
    ['a HelmRelease does not fail by what an older generation was', object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', { status: { observedGeneration: 1, failures: 3, conditions: [{ type: 'Ready', status: 'False', observedGeneration: 1, reason: 'ValuesError', message: 'absent' }, { type: 'Released', status: 'False', observedGeneration: 1, reason: 'UpgradeFailed', message: 'old' }] } }), 'progressing', 'generation 1 of 2'],
    ['a HelmRelease that was put back is never healthy, whatever Ready says', release(2, { Ready: 'True', Remediated: 'True' }), 'progressing', 'why-Remediated'],
    ['a HelmRelease whose newest release is not deployed is not healthy', release(2, { Ready: 'True', Released: 'True' }, { history: [{ status: 'failed' }] }), 'progressing', 'newest release is failed'],
    ['a HelmRelease that has not attempted its generation is not healthy', release(2, { Ready: 'True', Released: 'True' }, { lastAttemptedGeneration: 1 }), 'progressing', 'generation 1 of 2'],
    ['a HelmRelease is released', release(2, { Ready: 'True', Released: 'True' }, { lastAttemptedGeneration: 2, history: [{ status: 'deployed' }] }), 'healthy', 'Ready at generation 2'],
    ['a suspended HelmRelease waits for a person', { ...release(2, { Ready: 'True' }), spec: { suspend: true } }, 'paused', 'spec.suspend'],
    ['a custom kind is not stalled by what an older generation was', custom({ observedGeneration: 1, conditions: [{ type: 'Stalled', status: 'True', observedGeneration: 1 }] }), 'progressing', 'generation 1 of 2'],
    ['a custom kind is stalled', custom({ observedGeneration: 1, ...condition('Stalled') }), 'failing', 'Because why'],
    ['a custom kind reconciles', custom({ observedGeneration: 2, ...condition('Reconciling') }), 'progressing', 'reconciling: why'],
    ['a custom kind is not Ready', custom({ ...condition('Ready', 'False') }), 'progressing', 'not Ready: Because why'],
    ['a custom kind does not know whether it is Ready', custom({ ...condition('Ready', 'Unknown') }), 'progressing', 'not Ready'],
    ['a custom kind was Ready at the generation before', custom({ conditions: [{ type: 'Ready', status: 'True', observedGeneration: 1 }] }), 'progressing', 'nothing is said yet'],
    ['a custom kind is Ready', custom({ observedGeneration: 2, ...condition('Ready') }), 'healthy', 'Ready at generation 2'],
    ['a custom kind without conditions is as asked', custom({ observedGeneration: 2 }), 'healthy', 'has no rollout'],
  ]
  for (const [name, live, state, words, input] of rows) {
    it(name, () => {
      const judged = health(live, input)
      expect([judged.state, judged.sentence.includes(words)], judged.sentence).to.deep.equal([state, true])
    })
  }
  it('tells a HelmRelease that was put back from one that only failed, and both from a failure that may pass', () => {
    const over = (live: KubernetesObject): string => { const judged = health(live); return judged.state === 'failing' ? judged.over ?? 'may pass' : judged.state }
    expect([release(2, { Stalled: 'True', Remediated: 'True', Released: 'False' }), release(2, { Stalled: 'True', Released: 'False' }), custom(condition('Stalled'))].map(over)).to.deep.equal(['back', 'failed', 'may pass'])
  })
  it('a ConfigMap is as asked, with the warning that pods go on with the old one', () => {
    const judged = health(object('v1', 'ConfigMap', {}))
    expect(judged.state === 'healthy' ? judged.warning : judged.state).to.include('until they are restarted')
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
    ['no node to run on', { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no nodes' }] }, 'Unschedulable: no nodes'],
    ['a pod that waits for its scheduler', { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'gated' }] }, null],
  ]
  for (const [name, status, words] of rows) {
    it(`shows ${name}`, () => {
      const reason = podFailure([pod(status)])
      if (words === null) expect(reason).to.equal(null)
      else expect(reason?.sentence).to.include(words)
      expect(reason?.slow ?? false).to.equal(name === 'no node to run on')
    })
  }
  it('shows a quota that only events tell of', () => {
    const event = (reason: string, message: string, lastTimestamp: string): KubernetesObject => ({ apiVersion: 'v1', kind: 'Event', metadata: { name: message }, reason, message, lastTimestamp })
    const judged = health(workload('StatefulSet', { replicas: 1 }, {}), { events: [event('FailedCreate', 'exceeded quota: cpu', '2026-01-01T00:00:02Z'), event('FailedCreate', 'older', '2026-01-01T00:00:01Z'), event('Killing', 'x', '2026-01-01T00:00:03Z')] })
    expect(judged).to.deep.equal({ state: 'failing', sentence: 'StatefulSet shop/web: FailedCreate: exceeded quota: cpu' })
  })
  it('makes an unfinished rollout failing, and never a finished one', () => {
    const bad = pod(waiting('ImagePullBackOff'))
    expect(health(workload('Deployment', { replicas: 2 }, { ...done, updatedReplicas: 1 }), { pods: [bad] }).state).to.equal('failing')
    expect(health(workload('Deployment', { replicas: 2 }, done), { pods: [bad] }).state).to.equal('healthy')
  })
  it('counts only pods of the present template', () => {
    const template = { replicas: 1, template: { spec: { containers: [{ name: 'web', image: 'web:2', resources: { limits: { cpu: '0.5' } } }] } } }
    const made = (image: string, cpu: string, more: JsonObject = {}): KubernetesObject => ({ ...pod({}, { containers: [{ name: 'web', image, resources: { limits: { cpu, memory: '1Gi' } } }, { name: 'injected', image: 'proxy:1' }] }), metadata: { name: 'p', ...more } })
    const kept = podsOfTemplate(workload('Deployment', template, {}), [made('web:2', '500m'), made('web:1', '500m'), made('web:2', '1'), made('web:2', '500m', { deletionTimestamp: 'x' })])
    expect(kept).to.have.length(1)
  })
})
