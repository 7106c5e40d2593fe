/** The embedded API with many Applications, as a process of its own: prints its kubeconfig as one line of JSON and goes on until it is told to end. */
import { startKube } from '../../src/sandbox/kube/server.ts'
import { nameOf } from './name-of.ts'

const [applications = 0, resources = 0] = process.argv.slice(2).map(Number)
const kube = await startKube({ controller: false, keepChanges: 1000 })
kube.ensureKind({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications', namespaced: true })
await must('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } })
for (let i = 0; i < applications; i += 1) {
  const listed = Array.from({ length: resources }, (_item, j) => ({ version: 'v1', kind: 'ConfigMap', namespace: 'default', name: nameOf(i, j), status: 'Synced', health: { status: 'Healthy' } }))
  await must('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications', {
    apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: `app-${i}` },
    spec: { project: 'default', source: { repoURL: 'https://git.example/shop.git', path: `apps/${i}`, targetRevision: 'main' }, destination: { server: 'https://kubernetes.default.svc', namespace: 'default' }, syncPolicy: { automated: {} } },
    status: { controllerNamespace: 'argocd', reconciledAt: '2026-01-01T00:00:00Z', sync: { status: 'Synced', revision: '1'.repeat(40) }, resources: listed },
  })
  await must('/api/v1/namespaces/default/configmaps', {
    apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' },
    metadata: { name: nameOf(i, 1), annotations: { 'argocd.argoproj.io/tracking-id': `app-${i}:/ConfigMap:default/${nameOf(i, 1)}` } },
  })
}
console.log(JSON.stringify(kube.kubeconfig))
process.on('SIGTERM', () => { void kube.stop() })

async function must(path: string, body: Parameters<typeof kube.request>[2]): Promise<void> {
  const { status, body: answer } = await kube.request('POST', path, body)
  if (status >= 300) throw new Error(JSON.stringify(answer))
}
