import type { Sandbox } from './up.ts'

/** The lines that a person can copy while a sandbox runs; `program` is what calls Writ where this one was called. */
export function howToTry(sandbox: Sandbox, program: string): string {
  const repository = sandbox.git.urlOf('platform/apps')
  const exports = Object.entries({ ...sandbox.env, WRIT_SANDBOX_REPOSITORY: repository }).filter(([name]) => name !== 'HOME').map(([name, value]) => `  export ${name}=${value}`)
  return [
    'The sandbox is up: an embedded Kubernetes API, a Git server, and stand-ins of Argo CD and Flux.',
    /^(?:npx|node) /.test(program) ? 'In another terminal, in the same folder:' : 'In another terminal:',
    '', ...exports, '',
    `  ${program} owner deployment/web -n shop-dev`,
    `  ${program} set image deployment/web web=registry.example.com/shop/web:1.5.0 -n shop-dev --dry-run`,
    `  ${program} set image deployment/web web=registry.example.com/shop/web:1.5.0 -n shop-dev --wait`,
    `  ${program} scale deployment/web --replicas=4 -n shop-prod`,
    `  ${program} list`,
    `  ${program} approve change/ID --key ${sandbox.keys.senior.file}   # ada, a senior; in staging a peer is enough: --key ${sandbox.keys.peer.file}`,
    `  ${program} merge change/ID --wait`,
    '',
    `  kubectl --kubeconfig ${sandbox.kubeconfig} get deployments -A`,
    `  kubectl --kubeconfig ${sandbox.kubeconfig} get applications.argoproj.io,kustomizations.kustomize.toolkit.fluxcd.io -A`,
    `  git clone ${repository}`,
    '',
    `${sandbox.userKubeconfig} is of the user "writ", who may do what the roles say that are bound to it: nothing at first.`,
    ...(sandbox.renderer === null ? ['', 'No kustomize 5 and no kubectl that embeds it is on PATH: cart and ledger do not sync.'] : []),
    '', 'Ctrl-C stops everything and removes its folder.',
  ].join('\n')
}
