import { expect } from 'chai'
import { WritError } from '../../../src/model/error.ts'
import { findKind } from '../../../src/outside/cluster/find-kind.ts'
import type { Discovery, Resource } from '../../../src/outside/cluster/discovery.ts'

function resource(...[group, version, kind, more = {}]: readonly [string, string, string, Partial<Resource>?]): Resource {
  return { group, version, kind, plural: `${kind.toLowerCase()}s`, singular: kind.toLowerCase(), shortNames: [], namespaced: true, ...more }
}

const DISCOVERY: Discovery = {
  unknownGroups: [],
  resources: [
    resource('', 'v1', 'Pod', { shortNames: ['po'] }), resource('', 'v1', 'Event', { shortNames: ['ev'] }), resource('', 'v1', 'Service', { shortNames: ['svc'] }),
    resource('serving.knative.dev', 'v1', 'Service'), resource('serving.knative.dev', 'v1beta1', 'Service'),
    resource('events.k8s.io', 'v1', 'Event', { shortNames: ['ev'] }),
    resource('apps', 'v1', 'Deployment', { shortNames: ['deploy'] }),
    resource('autoscaling', 'v2', 'HorizontalPodAutoscaler', { shortNames: ['hpa'] }), resource('autoscaling', 'v1', 'HorizontalPodAutoscaler', { shortNames: ['hpa'] }),
    resource('networking.k8s.io', 'v1', 'Ingress', { plural: 'ingresses', shortNames: ['ing'] }),
    resource('a.example', 'v1', 'Widget'), resource('b.example', 'v1', 'Widget', { shortNames: ['deploy'] }),
    resource('argoproj.io', 'v1alpha1', 'Application', { shortNames: ['app', 'apps'] }),
  ],
}

function found(type: string): string {
  const { group, version, kind } = findKind(DISCOVERY, type)
  return `${kind}.${version}.${group}`
}

function errorOf(type: string): WritError {
  try {
    findKind(DISCOVERY, type)
  } catch (error) {
    if (error instanceof WritError) return error
  }
  throw new Error('no error')
}

describe('the kind that a person names', () => {
  for (const type of ['deploy', 'deployment', 'deployments', 'Deployment', 'DEPLOYMENTS', 'deployments.apps', 'deployment.v1.apps', 'deploy.apps', 'Deployment.apps']) {
    it(`is Deployment for ${type}`, () => { expect(found(type)).to.equal('Deployment.v1.apps') })
  }
  const rows: readonly [string, string][] = [
    ['service', 'Service.v1.'], ['services.serving.knative.dev', 'Service.v1.serving.knative.dev'], ['service.v1beta1.serving.knative.dev', 'Service.v1beta1.serving.knative.dev'],
    ['service.serving', 'Service.v1.serving.knative.dev'], ['svc.v1', 'Service.v1.'], ['ev', 'Event.v1.'], ['events.events.k8s.io', 'Event.v1.events.k8s.io'],
    ['hpa', 'HorizontalPodAutoscaler.v2.autoscaling'], ['hpa.v1.autoscaling', 'HorizontalPodAutoscaler.v1.autoscaling'],
    ['ing', 'Ingress.v1.networking.k8s.io'], ['ingresses', 'Ingress.v1.networking.k8s.io'], ['widget.a.example', 'Widget.v1.a.example'], ['app', 'Application.v1alpha1.argoproj.io'],
  ]
  for (const [type, kind] of rows) it(`is ${kind} for ${type}`, () => { expect(found(type)).to.equal(kind) })

  it('is never guessed between two installed groups', () => {
    expect(errorOf('widget').code).to.equal('cluster/ambiguous-kind')
    expect(errorOf('widget').hint).to.include('widget.a.example').and.include('widget.b.example')
  })
  it('is unknown with close names for a misspelling', () => {
    expect(errorOf('deploymnet').code).to.equal('cluster/unknown-kind')
    expect(errorOf('deploymnet').hint).to.include('deployment')
    expect(errorOf('deployments.batch').code).to.equal('cluster/unknown-kind')
  })
  it('is not simply unknown while its group does not answer', () => {
    expect(() => findKind({ ...DISCOVERY, unknownGroups: ['metrics.k8s.io'] }, 'podmetrics')).to.throw(WritError, 'do not answer now: metrics.k8s.io')
  })
  it('never prints control characters back', () => { expect(errorOf('x\u001b[31m').message).to.not.include('\u001b') })
})
