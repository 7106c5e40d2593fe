import type { RepositoryFile } from '../repository-files.ts'
import { deployment, workload } from './workload.ts'

/** The name of the repository on the sandbox's Git server. */
export const REPOSITORY = 'platform/apps'

/** The example repository: two teams, each with an app of plain manifests and one with Kustomize overlays. */
export function exampleFiles(): readonly RepositoryFile[] {
  return Object.entries({ ...shop(), ...pay(), 'README.md': README }).map(([path, content]) => ({ path, content }))
}

const README = `# apps

What runs in the sandbox. One folder for each team and app.

| team | delivered by | app | format |
|---|---|---|---|
| shop | Argo CD | web | plain manifests, one folder for each environment |
| shop | Argo CD | cart | Kustomize: base and overlays |
| shop | Argo CD | banner | plain manifests, one folder for staging and prod |
| pay | Flux | gateway | plain manifests, one folder for each environment |
| pay | Flux | ledger | Kustomize: base and overlays |

\`shop/cache\` is delivered by both teams: a mistake, left in to show what Writ says to it.
`

/** Team shop, delivered by Argo CD. */
function shop(): Record<string, string> {
  const web = (image: string, replicas: number): string => workload({ name: 'web', team: 'shop', namespace: null, image: `registry.example.com/shop/web:${image}`, replicas, memory: '128Mi', port: 8080 })
  return {
    'shop/web/dev/web.yaml': web('1.4.2', 1),
    'shop/web/staging/web.yaml': web('1.4.1', 2),
    'shop/web/prod/web.yaml': web('1.4.0', 3),
    'shop/cache/cache.yaml': deployment({ name: 'cache', team: 'shop', namespace: 'shop-dev', image: 'registry.example.com/shop/cache:7.2.4', replicas: 1, memory: '64Mi', port: 6379 }),
    'shop/banner/banner.yaml': workload({ name: 'banner', team: 'shop', namespace: null, image: 'registry.example.com/shop/banner:3.1.0', replicas: 2, memory: '64Mi', port: 8082 }),
    ...kustomized({ team: 'shop', app: 'cart', port: 8081, memory: '256Mi', versions: { dev: '2.1.0', staging: '2.0.6', prod: '2.0.5' } }),
  }
}

/** Team pay, delivered by Flux. */
function pay(): Record<string, string> {
  const gateway = (stage: string, tag: string, replicas: number): string => workload({
    name: 'gateway', team: 'pay', namespace: `pay-${stage}`, image: `registry.example.com/pay/gateway:${tag}`, replicas, memory: '192Mi', port: 8443,
  })
  return {
    'pay/gateway/dev/gateway.yaml': gateway('dev', '0.9.3', 1),
    'pay/gateway/staging/gateway.yaml': gateway('staging', '0.9.2', 2),
    'pay/gateway/prod/gateway.yaml': gateway('prod', '0.9.1', 2),
    ...kustomized({ team: 'pay', app: 'ledger', port: 9000, memory: '512Mi', versions: { dev: '5.0.1', staging: '4.8.0', prod: '4.7.3' } }),
  }
}

interface Kustomized {
  readonly team: string
  readonly app: string
  readonly port: number
  readonly memory: string
  readonly versions: Readonly<Record<'dev' | 'staging' | 'prod', string>>
}

/** A base and three overlays. What the containers request stands in the base alone. */
function kustomized(of: Kustomized): Record<string, string> {
  const folder = `${of.team}/${of.app}`
  const image = `registry.example.com/${of.team}/${of.app}`
  const base = workload({ name: of.app, team: of.team, namespace: null, image, replicas: null, memory: of.memory, port: of.port })
  return {
    [`${folder}/base/${of.app}.yaml`]: base,
    [`${folder}/base/kustomization.yaml`]: `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ${of.app}.yaml\n`,
    [`${folder}/overlays/dev/kustomization.yaml`]: overlay({ team: of.team, stage: 'dev', image, tag: of.versions.dev, app: of.app, replicas: 1, patched: false }),
    [`${folder}/overlays/staging/kustomization.yaml`]: overlay({ team: of.team, stage: 'staging', image, tag: of.versions.staging, app: of.app, replicas: 2, patched: true }),
    [`${folder}/overlays/staging/resources.yaml`]: resources(of.app, '384Mi'),
    [`${folder}/overlays/prod/kustomization.yaml`]: overlay({ team: of.team, stage: 'prod', image, tag: of.versions.prod, app: of.app, replicas: 2, patched: true }),
    [`${folder}/overlays/prod/resources.yaml`]: resources(of.app, '768Mi'),
  }
}

interface Overlay { readonly team: string, readonly stage: string, readonly image: string, readonly tag: string, readonly app: string, readonly replicas: number, readonly patched: boolean }

function overlay(of: Overlay): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: ${of.team}-${of.stage}
resources:
  - ../../base
images:
  - name: ${of.image}
    newTag: ${JSON.stringify(of.tag)}
replicas:
  - name: ${of.app}
    count: ${of.replicas}
${of.patched ? 'patches:\n  - path: resources.yaml\n' : ''}`
}

function resources(app: string, memory: string): string {
  return `# What this environment needs beyond the base.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${app}
spec:
  template:
    spec:
      containers:
        - name: ${app}
          resources:
            limits:
              memory: ${memory}
`
}
