import type { KubernetesObject } from '../../src/model/resource.ts'
import { CHART, helmRelease } from './chart.ts'
import { web } from './owners.ts'
import type { Scene } from './scene.ts'
import { V1 } from './scenario.ts'

/** One way of deploying the Deployment `web`: who is its owner, and which file decides its image. */
export interface Way {
  readonly title: string
  /** The beginning of the scene's namespace. */
  readonly name: string
  /** `NAMESPACE` and `REPOSITORY` stand for the scene's own. */
  readonly files: Readonly<Record<string, string>>
  readonly objects: (scene: Scene) => readonly KubernetesObject[]
  readonly owner: (scene: Scene) => string
  readonly file: string
  /** What the proof must say. */
  readonly evidence?: readonly RegExp[]
  /** The ClusterRoles whose rights Writ has; default: the minimal one of the documents. */
  readonly roles?: readonly string[]
  /** What a change must say on its way. */
  readonly says?: RegExp
}

const KUSTOMIZE: Readonly<Record<string, string>> = {
  'base/web.yaml': web(V1).replace('  namespace: NAMESPACE\n', ''),
  'base/kustomization.yaml': 'resources: [web.yaml]\n',
  'overlays/here/kustomization.yaml': 'namespace: NAMESPACE\nresources: [../../base]\nimages:\n  - name: registry.example.com/web\n    newTag: 1.0.0\n',
}

/** An Application that syncs by itself, prunes and heals. */
export function application(of: { readonly name: string, readonly namespace?: string, readonly spec: object, readonly destination: string }): KubernetesObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: of.name, namespace: of.namespace ?? 'argocd' },
    spec: { project: 'default', destination: { server: 'https://kubernetes.default.svc', namespace: of.destination }, syncPolicy: { automated: { prune: true, selfHeal: true } }, ...of.spec },
  }
}

/** The scene's repository as a source. */
export function from(scene: Scene, path: string): { readonly repoURL: string, readonly path: string, readonly targetRevision: string } {
  return { repoURL: scene.url, path, targetRevision: 'main' }
}

function source(scene: Scene, namespace = scene.namespace): KubernetesObject {
  return { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name: 'apps', namespace }, spec: { url: scene.url, interval: '10m', ref: { branch: 'main' } } }
}

function kustomization(scene: Scene, path: string, more: object = {}): KubernetesObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: scene.namespace, namespace: scene.namespace },
    spec: { sourceRef: { kind: 'GitRepository', name: 'apps' }, path: `./${path}`, interval: '10m', retryInterval: '5s', timeout: '60s', prune: true, ...more },
  }
}

/** What both below deploy: the chart, with the image as a parameter. */
export function chartWith(image: string, indent: number): string {
  const spec = `project: default
source:
  repoURL: REPOSITORY
  path: charts/web
  targetRevision: main
  helm:
    parameters:
      - name: image
        value: ${image}
destination:
  server: https://kubernetes.default.svc
  namespace: NAMESPACE
syncPolicy:
  automated: {prune: true, selfHeal: true}
`
  return spec.replaceAll(/^(?=.)/gm, ' '.repeat(indent))
}

// A manifest of an owner inside Git, so that the owner has an owner itself.
const CHILD_APPLICATION = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: NAMESPACE-child
  namespace: argocd
spec:
${chartWith(V1, 2)}`

const APPLICATION_SET = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: NAMESPACE
  namespace: argocd
spec:
  goTemplate: true
  generators:
    - list:
        elements:
          - name: one
            image: ${V1}
  template:
    metadata:
      name: NAMESPACE-{{ .name }}
    spec:
${chartWith("'{{ .image }}'", 6)}`

const CHILD_KUSTOMIZATION = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: child
  namespace: NAMESPACE
spec:
  sourceRef: {kind: GitRepository, name: apps}
  path: ./base
  targetNamespace: NAMESPACE
  interval: 10m
  retryInterval: 5s
  prune: true
  images:
    - name: registry.example.com/web
      newTag: 1.0.0
`

// The Kustomization is what is waited for here, not Helm.
const HELM_RELEASE = helmRelease({ more: '  install: {disableWait: true}\n  upgrade: {disableWait: true}\n' })

const argo = (scene: Scene, name = scene.namespace, namespace = 'argocd'): string => `Application ${namespace}/${name}`
const flux = (scene: Scene, name = scene.namespace): string => `Kustomization ${scene.namespace}/${name}`

/** Argo CD's ways. */
export const ARGO_WAYS: readonly Way[] = [
  {
    title: 'a folder', name: 'way-folder', files: { 'apps/web/web.yaml': web(V1) }, file: 'apps/web/web.yaml', owner: argo,
    objects: scene => [application({ name: scene.namespace, destination: scene.namespace, spec: { source: from(scene, 'apps/web') } })],
  },
  {
    title: 'an overlay', name: 'way-overlay', files: KUSTOMIZE, file: 'overlays/here/kustomization.yaml', owner: argo,
    objects: scene => [application({ name: scene.namespace, destination: scene.namespace, spec: { source: from(scene, 'overlays/here') } })],
  },
  {
    title: 'a chart', name: 'way-chart', files: CHART, file: 'charts/web/values.yaml', owner: argo,
    objects: scene => [application({ name: scene.namespace, destination: scene.namespace, spec: { source: from(scene, 'charts/web') } })],
  },
  {
    title: 'a chart with the values of another source', name: 'way-sources', files: { ...CHART, 'values/here.yaml': `image: ${V1}\n` }, file: 'values/here.yaml', owner: argo,
    objects: scene => [application({
      name: scene.namespace, destination: scene.namespace,
      spec: { sources: [{ ...from(scene, 'charts/web'), helm: { valueFiles: ['$values/values/here.yaml'] } }, { repoURL: scene.url, targetRevision: 'main', ref: 'values' }] },
    })],
  },
  {
    title: 'an Application in another namespace', name: 'apps-way', files: { 'apps/web/web.yaml': web(V1) }, file: 'apps/web/web.yaml', owner: scene => argo(scene, scene.namespace, scene.namespace),
    objects: scene => [application({ name: scene.namespace, namespace: scene.namespace, destination: scene.namespace, spec: { source: from(scene, 'apps/web') } })],
  },
  {
    title: 'an Application of an Application', name: 'way-apps', files: { ...CHART, 'apps/child.yaml': CHILD_APPLICATION }, file: 'apps/child.yaml', owner: scene => argo(scene, `${scene.namespace}-child`),
    objects: scene => [application({ name: scene.namespace, destination: scene.namespace, spec: { source: from(scene, 'apps') } })],
  },
  {
    title: 'an Application of an ApplicationSet', name: 'way-set', files: { ...CHART, 'sets/web.yaml': APPLICATION_SET }, file: 'sets/web.yaml', owner: scene => argo(scene, `${scene.namespace}-one`),
    objects: scene => [application({ name: scene.namespace, destination: scene.namespace, spec: { source: from(scene, 'sets') } })],
  },
]

/** Flux' ways. */
export const FLUX_WAYS: readonly Way[] = [
  { title: 'a folder', name: 'way-dir', files: { 'apps/web/web.yaml': web(V1) }, file: 'apps/web/web.yaml', owner: flux, objects: scene => [source(scene), kustomization(scene, 'apps/web')] },
  { title: 'an overlay', name: 'way-kust', files: KUSTOMIZE, file: 'overlays/here/kustomization.yaml', owner: flux, objects: scene => [source(scene), kustomization(scene, 'overlays/here')] },
  {
    title: 'a Kustomization of a Kustomization', name: 'way-chain', files: { ...KUSTOMIZE, 'cluster/child.yaml': CHILD_KUSTOMIZATION }, file: 'cluster/child.yaml', owner: scene => flux(scene, 'child'),
    objects: scene => [source(scene), kustomization(scene, 'cluster')],
  },
  {
    title: 'a source of another namespace', name: 'way-across', files: { 'apps/web/web.yaml': web(V1) }, file: 'apps/web/web.yaml', owner: flux,
    objects: scene => [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${scene.namespace}-sources` } }, source(scene, `${scene.namespace}-sources`),
      kustomization(scene, 'apps/web', { sourceRef: { kind: 'GitRepository', name: 'apps', namespace: `${scene.namespace}-sources` } })],
  },
  {
    title: 'a HelmRelease', name: 'way-release', files: { ...CHART, 'releases/web.yaml': HELM_RELEASE }, file: 'releases/web.yaml', owner: scene => `HelmRelease ${scene.namespace}/web`,
    objects: scene => [source(scene), kustomization(scene, 'releases')],
  },
]
