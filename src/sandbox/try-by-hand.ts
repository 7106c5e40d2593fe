import type { Sandbox } from './up.ts'

/** The lines that a person can copy while a sandbox runs. */
export function howToTry(sandbox: Sandbox): string {
  const exports = Object.entries(sandbox.env).filter(([name]) => name !== 'HOME').map(([name, value]) => `  export ${name}=${value}`)
  return [
    'The sandbox is up: an embedded Kubernetes API, a Git server, and stand-ins of Argo CD and Flux.',
    'In another terminal:',
    '', ...exports, '',
    '  writ owner deployment/web -n shop-dev',
    '  writ set image deployment/web web=registry.example.com/shop/web:1.5.0 -n shop-dev --dry-run',
    '  writ set image deployment/web web=registry.example.com/shop/web:1.5.0 -n shop-dev --wait',
    '  writ scale deployment/web --replicas=4 -n shop-prod',
    '  writ list',
    `  writ approve change/ID --key ${sandbox.keys.senior.file}   # ada, a senior; in staging a peer is enough: --key ${sandbox.keys.peer.file}`,
    '  writ merge change/ID --wait',
    '',
    `  kubectl --kubeconfig ${sandbox.kubeconfig} get deployments -A`,
    `  kubectl --kubeconfig ${sandbox.kubeconfig} get applications.argoproj.io,kustomizations.kustomize.toolkit.fluxcd.io -A`,
    `  git clone ${sandbox.git.urlOf('platform/apps')}`,
    ...(sandbox.renderer === null ? ['', 'No kustomize 5 and no kubectl that embeds it is on PATH: cart and ledger do not sync.'] : []),
    '', 'Ctrl-C stops everything and removes its folder.',
  ].join('\n')
}
