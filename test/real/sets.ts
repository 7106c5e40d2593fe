import { parse } from 'yaml'
import type { Json, JsonObject } from '../../src/model/json.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { CHART } from './chart.ts'
import { web } from './owners.ts'
import type { Scene } from './scene.ts'
import { V1 } from './scenario.ts'
import { chartWith } from './ways.ts'
import type { Way } from './ways.ts'

/** Lets Writ ask ApplicationSets to generate, which the shipped role does not. */
export const SETS_ROLE: KubernetesObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'scenario-patches-sets' }, rules: [{ apiGroups: ['argoproj.io'], resources: ['applicationsets'], verbs: ['patch'] }],
}

/** An ApplicationSet that nobody deploys from Git; `app` is what its Applications are called behind the name of the scene, `spec` theirs. */
function set(scene: Scene, generators: readonly JsonObject[], { app = '{{ .name }}', spec = chartWith("'{{ .image }}'", 0) } = {}): KubernetesObject {
  const filled = parse(spec.replaceAll('NAMESPACE', scene.namespace).replaceAll('REPOSITORY', scene.url)) as Json
  return {
    apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name: scene.namespace, namespace: 'argocd' },
    spec: { goTemplate: true, generators, template: { metadata: { name: `${scene.namespace}-${app}` }, spec: filled } },
  }
}

const FOLDER = `project: default
source: {repoURL: REPOSITORY, targetRevision: main, path: '{{ .path.path }}'}
destination: {server: https://kubernetes.default.svc, namespace: NAMESPACE}
syncPolicy: {automated: {prune: true, selfHeal: true}}
`
const FILE = `name: one\nimage: ${V1}\n`
const git = (scene: Scene, more: JsonObject): JsonObject => ({ git: { repoURL: scene.url, revision: 'main', ...more } })
const files = (scene: Scene, more: JsonObject = {}): JsonObject => git(scene, { files: [{ path: 'config/*.yaml' }], ...more })
const child = (name: string) => (scene: Scene): string => `Application argocd/${scene.namespace}-${name}`

/** What an ApplicationSet makes of a repository. */
export const SET_WAYS: readonly Way[] = [
  {
    title: 'a file that a git generator reads, where Writ may ask the set', name: 'set-files', files: { ...CHART, 'config/one.yaml': FILE }, file: 'config/one.yaml', owner: child('one'),
    roles: ['writ', 'scenario-patches-sets'], objects: scene => [SETS_ROLE, set(scene, [files(scene)])],
  },
  {
    title: 'a file that a git generator reads, where Writ may not ask the set', name: 'set-waits', files: { ...CHART, 'config/one.yaml': FILE }, file: 'config/one.yaml', owner: child('one'),
    objects: scene => [set(scene, [files(scene, { requeueAfterSeconds: 10 })])], says: /Writ may not trigger it, so it waits for its own poll/,
  },
  {
    title: 'a folder that a git generator finds', name: 'set-dirs', files: { 'apps/web/web.yaml': web(V1) }, file: 'apps/web/web.yaml', owner: child('web'),
    objects: scene => [set(scene, [git(scene, { directories: [{ path: 'apps/*' }] })], { app: '{{ .path.basename }}', spec: FOLDER })],
  },
  {
    title: 'a matrix of files and a list', name: 'set-matrix', files: { ...CHART, 'config/one.yaml': FILE }, file: 'config/one.yaml', owner: child('one-here'), roles: ['writ', 'scenario-patches-sets'],
    objects: scene => [SETS_ROLE, set(scene, [{ matrix: { generators: [files(scene), { list: { elements: [{ place: 'here' }] } }] } }], { app: '{{ .name }}-{{ .place }}' })],
  },
]
