import { expect } from 'chai'
import type { JudgedObject } from '../../../src/model/plan.ts'
import { refOf } from '../../../src/model/resource.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { kindInfo } from '../../../src/outside/policy/kinds.ts'
import { binding, change, deployment, judge, policy, results } from './policy-folder.ts'
import type { Files } from './policy-folder.ts'

const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] }
const gold = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { tier: 'gold' } } }

/** Everything that a policy with these constraints looks at is denied. */
function constrained(matchConstraints: object, matchResources?: object): Files {
  return {
    'resource/p.yaml': policy({ matchConstraints, validations: [{ expression: 'false' }] }),
    'bindings/all.yaml': binding(matchResources === undefined ? {} : { matchResources }),
  }
}

function object(apiVersion: string, kind: string, metadata: KubernetesObject['metadata'] = { name: 'x', namespace: 'shop' }): JudgedObject {
  return change(null, { apiVersion, kind, metadata })
}

describe('what a policy is for', () => {
  const web = change(null, deployment({}, { labels: { app: 'web' } }))
  const rows: readonly (readonly [name: string, constraints: object, judged: JudgedObject, result: string])[] = [
    ['the group, version, resource and operation of a rule', { resourceRules: [rule] }, web, 'deny'],
    ['not another operation', { resourceRules: [{ ...rule, operations: ['DELETE'] }] }, web, ''],
    ['a deletion', { resourceRules: [{ ...rule, operations: ['DELETE'] }] }, change(deployment(), null), 'deny'],
    ['not another group', { resourceRules: [{ ...rule, apiGroups: ['extensions'] }] }, web, ''],
    ['not another resource', { resourceRules: [{ ...rule, resources: ['daemonsets'] }] }, web, ''],
    ['everything by stars', { resourceRules: [{ ...rule, apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }] }, web, 'deny'],
    ['everything by */*', { resourceRules: [{ ...rule, resources: ['*/*'] }] }, web, 'deny'],
    ['a resource with all its parts', { resourceRules: [{ ...rule, resources: ['deployments/*'] }] }, web, 'deny'],
    ['not a part of a resource', { resourceRules: [{ ...rule, resources: ['deployments/scale', '*/scale'] }] }, web, ''],
    ['one of several rules', { resourceRules: [{ ...rule, resources: ['jobs'] }, rule] }, web, 'deny'],
    ['a name', { resourceRules: [{ ...rule, resourceNames: ['web'] }] }, web, 'deny'],
    ['not another name', { resourceRules: [{ ...rule, resourceNames: ['api'] }] }, web, ''],
    ['the scope Namespaced', { resourceRules: [{ ...rule, scope: 'Namespaced' }] }, web, 'deny'],
    ['not the scope Cluster', { resourceRules: [{ ...rule, scope: 'Cluster' }] }, web, ''],
    ['not what is excluded', { resourceRules: [rule], excludeResourceRules: [{ ...rule, resourceNames: ['web'] }] }, web, ''],
    ['what another exclusion means', { resourceRules: [rule], excludeResourceRules: [{ ...rule, resourceNames: ['api'] }] }, web, 'deny'],
    ['an object with the labels', { resourceRules: [rule], objectSelector: { matchLabels: { app: 'web' } } }, web, 'deny'],
    ['not an object without the labels', { resourceRules: [rule], objectSelector: { matchLabels: { app: 'api' } } }, web, ''],
    ['an object that had the labels before', { resourceRules: [rule], objectSelector: { matchLabels: { app: 'web' } } }, change(deployment({}, { labels: { app: 'web' } }), deployment()), 'pre-existing warn'],
    ['label expressions', { resourceRules: [rule], objectSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'x'] }, { key: 'app', operator: 'Exists' }, { key: 'b', operator: 'DoesNotExist' }, { key: 'b', operator: 'NotIn', values: ['c'] }] } }, web, 'deny'],
    ['not where a label expression is false', { resourceRules: [rule], objectSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] } }, web, ''],
    ['a namespace with the labels', { resourceRules: [rule], namespaceSelector: { matchLabels: { tier: 'gold' } } }, web, 'deny'],
    ['a namespace by its name', { resourceRules: [rule], namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } }, web, 'deny'],
    ['not a namespace without the labels', { resourceRules: [rule], namespaceSelector: { matchLabels: { tier: 'tin' } } }, web, ''],
    ['an object of no namespace, whatever the namespaceSelector', { resourceRules: [{ ...rule, apiGroups: ['*'], resources: ['*'] }], namespaceSelector: { matchLabels: { tier: 'tin' } } }, object('rbac.authorization.k8s.io/v1', 'ClusterRole', { name: 'x' }), 'deny'],
    ['a Namespace by its own labels', { resourceRules: [{ ...rule, apiGroups: [''], resources: ['namespaces'] }], namespaceSelector: { matchLabels: { tier: 'gold' } } }, change(null, gold), 'deny'],
    ['not a Namespace with other labels', { resourceRules: [{ ...rule, apiGroups: [''], resources: ['namespaces'] }], namespaceSelector: { matchLabels: { tier: 'tin' } } }, change(null, gold), ''],
    ['nothing of another version under Exact', { resourceRules: [{ ...rule, apiVersions: ['v1beta1'] }], matchPolicy: 'Exact' }, web, ''],
    ['an error for another version under Equivalent: only a cluster converts', { resourceRules: [{ ...rule, apiVersions: ['v1beta1'] }] }, web, 'error'],
    ['a kind of nobody knows, by any plural it may have', { resourceRules: [{ ...rule, apiGroups: ['example.org'], resources: ['gatewaies'] }] }, object('example.org/v1', 'Gateway'), 'deny'],
    ['a kind of nobody knows, by its usual plural', { resourceRules: [{ ...rule, apiGroups: ['example.org'], resources: ['policies'] }] }, object('example.org/v1', 'Policy'), 'deny'],
    ['nothing for a change of nothing', { resourceRules: [rule] }, { ref: refOf(deployment()), before: null, after: null }, ''],
  ]
  for (const [name, constraints, judged, result] of rows) {
    it(name, async () => {
      expect(results(await judge(constrained(constraints), judged, [gold]))).to.equal(result)
    })
  }

  it('both policy and binding must match', async () => {
    expect(results(await judge(constrained({ resourceRules: [rule] }, { namespaceSelector: { matchLabels: { tier: 'gold' } } }), web, [gold]))).to.equal('deny')
    expect(results(await judge(constrained({ resourceRules: [rule] }, { namespaceSelector: { matchLabels: { tier: 'tin' } } }), web, [gold]))).to.equal('')
    expect(results(await judge(constrained({ resourceRules: [rule] }, { resourceRules: [{ ...rule, resources: ['jobs'] }] }), web, [gold]))).to.equal('')
  })

  it('a namespaceSelector on a namespace that is not known is an error, in policy and binding', async () => {
    const namespaceSelector = { matchLabels: { tier: 'tin' } }
    expect(results(await judge(constrained({ resourceRules: [rule], namespaceSelector }), web))).to.equal('error')
    expect(results(await judge(constrained({ resourceRules: [rule] }, { namespaceSelector }), web))).to.equal('error')
    const nowhere = { ref: { ...web.ref, namespace: null }, before: null, after: web.after }
    expect(results(await judge(constrained({ resourceRules: [rule], namespaceSelector }), nowhere))).to.equal('error')
  })

  it('an empty selector means all', async () => {
    expect(results(await judge(constrained({ resourceRules: [rule], namespaceSelector: {}, objectSelector: {} }), web))).to.equal('deny')
  })
})

describe('the plural of a kind', () => {
  const rows = [
    ['', 'Pod', 'pods'], ['', 'Endpoints', 'endpoints'], ['networking.k8s.io', 'Ingress', 'ingresses'], ['networking.k8s.io', 'NetworkPolicy', 'networkpolicies'],
    ['storage.k8s.io', 'StorageClass', 'storageclasses'], ['', 'ResourceQuota', 'resourcequotas'], ['apps', 'DaemonSet', 'daemonsets'], ['networking.k8s.io', 'IPAddress', 'ipaddresses'],
  ] as const
  for (const [group, kind, plural] of rows) {
    it(`of ${kind} is ${plural}`, () => {
      expect(kindInfo(group, kind).plurals).to.deep.equal([plural])
    })
  }
})
