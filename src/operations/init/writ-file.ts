import type { Finding } from './findings.ts'
import { comment, scalar } from './scalar.ts'

/** writ.yaml from what was found. A cluster that did not answer stands there commented out. */
export function writFile(found: readonly Finding[], repositories: readonly string[]): string {
  const reached = found.filter(one => one.error === null)
  const hosts = [...new Set(repositories.map(hostOf))].filter(host => host !== null).sort()
  return [
    '# writ.yaml: the clusters Writ looks at, and the repositories it may write to.',
    '# Written by writ init. Paths are relative to this folder. Secrets stand here by reference only, never themselves.',
    '', 'clusters:',
    // A file without clusters is no configuration: what did not answer is better than nothing.
    ...(reached.length === 0 ? found : reached).flatMap(cluster),
    ...reached.length === 0 ? [] : found.filter(one => one.error !== null).flatMap(one => [`  # Did not answer when writ init looked: ${comment(one.error ?? '')}`, ...cluster(one).map(text => text.replace(/^ {2}/, '  # '))]),
    '',
    ...repositories.length === 0 ? noRepositories() : someRepositories(repositories),
    ...hosts.length === 0 ? [] : ['', 'forges:', '  # plain: any Git server. Change requests and reviews are kept by Writ, and Writ merges.', ...hosts.flatMap(host => forge(host, repositories.filter(url => hostOf(url) === host)))],
    '', '# policies: ./policies               # left out: the policies shipped with Writ',
    '# store: {path: /var/lib/writ/writ.db}   # left out: a file in ~/.local/state/writ',
    '# git: {name: Writ, email: writ@example.com}   # who commits', '',
  ].join('\n')
}

function cluster(one: Finding): readonly string[] {
  const { argocd, flux } = one
  return [
    `  - name: ${scalar(one.name)}`,
    `    context: ${scalar(one.context)}${one.current ? '   # the current context' : ''}`,
    ...one.alsoKnownAs.length === 0 ? [] : [`    # The same API server: ${comment(one.alsoKnownAs.join(', '))}`],
    ...argocd === null ? ['    # argocd: {namespace: argocd}   # no Application was found'] : [
      '    argocd:',
      ...argocd.context === null ? [] : [`      context: ${scalar(argocd.context)}`],
      `      namespace: ${scalar(argocd.namespace)}`,
      '      # How Argo CD names this cluster in spec.destination: server URLs and names.',
      '      destinations:', ...argocd.destinations.map(name => `        - ${scalar(name)}`),
    ],
    flux === null ? '    # flux: {}   # no Kustomization was found' : '    flux: {}',
  ]
}

function someRepositories(repositories: readonly string[]): readonly string[] {
  const of = (host: string | null): readonly string[] => repositories.filter(url => hostOf(url) === host)
  const hosts = [...new Set(repositories.map(hostOf))]
  return [
    '# URLs as Applications and GitRepositories write them; a beginning that ends in / stands for many.', 'repositories:',
    ...hosts.flatMap(host => host === null
      ? of(null).map(url => `  # Writ cannot tell the host of ${comment(withoutUser(url))}`)
      : ['  - match:', ...of(host).map(url => `      - ${scalar(withoutUser(url))}`), `    forge: ${scalar(host)}`]),
  ]
}

function noRepositories(): readonly string[] {
  return [
    '# No Application and no GitRepository was found. Without an entry a repository is refused: REPOSITORY_UNKNOWN.', 'repositories: []',
    '#  - match: [https://git.example.com/team/]', '#    forge: git.example.com', '# forges:', '#  - {name: git.example.com, kind: plain, host: git.example.com}',
  ]
}

function forge(host: string, urls: readonly string[]): readonly string[] {
  const plain = urls.some(url => /^http:/i.test(url))
  return [
    `  - name: ${scalar(host)}`, '    kind: plain', `    host: ${scalar(host)}`,
    '    # credentials:', '    #   username: git', '    #   token: {env: WRIT_GIT_TOKEN}   # or {file: PATH}',
    '    # or, with SSH:', '    #   sshKey: {file: ~/.ssh/id_ed25519}', '    #   knownHosts: ~/.ssh/known_hosts',
    ...plain ? ['    # Its URLs are http, which Writ refuses; for tests only:', '    # insecureAllow: [http]'] : [],
  ]
}

/** `https://host/…`, `ssh://git@host:22/…`, `git@host:…`; null where there is none. */
function hostOf(url: string): string | null {
  const found = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?(\[[0-9a-f:]+\]|[^/:?#]+)/i.exec(url) ?? /^(?:[^/@:]+@)([^/:]+):/.exec(url)
  return found?.[1]?.toLowerCase() ?? null
}

/** A user with a password, or a token as user, is no part of a repository's name and must not be written. */
function withoutUser(url: string): string {
  return url.replace(/^(https?:\/\/)[^/@]*@/i, '$1').replace(/^(ssh:\/\/[^/@:]*):[^/@]*@/i, '$1@')
}
