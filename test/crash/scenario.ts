import { application } from '../../src/sandbox/example/owners.ts'
import type { Scenario } from '../../src/sandbox/scenario.ts'

/** One repository with a plain app per lane, each in its own folder and namespace, all dev: the smallest world that delivers. */
export function laneScenario(lanes: readonly string[], containers: readonly string[] = ['web']): Scenario {
  return {
    repository: { name: 'lanes', files: lanes.map(lane => ({ path: `${lane}/web.yaml`, content: deployment(containers) })) },
    namespaces: lanes,
    environments: [{ name: 'dev', class: 'dev', namespaces: ['lane-*'] }],
    sources: () => [],
    owners: url => lanes.map(lane => ({ format: 'plain', object: application({ name: lane, namespace: lane, url, path: lane }) })),
  }
}

function deployment(containers: readonly string[]): string {
  return [
    '# Made for tests; this comment must survive.',
    'apiVersion: apps/v1', 'kind: Deployment', 'metadata:', '  name: web', 'spec:', '  replicas: 1',
    '  selector: { matchLabels: { app: web } }',
    '  template:', '    metadata:', '      labels: { app: web }', '    spec:', '      containers:',
    ...containers.flatMap(name => [
      `        - name: ${name}`, `          image: registry.example/${name}:1.0.0`, '          resources:',
      '            requests:', '              cpu: 10m', '              memory: 16Mi', '            limits:', '              cpu: 100m', '              memory: 64Mi',
    ]), '',
  ].join('\n')
}
