import { expect } from 'chai'
import { symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isObject } from '../../../src/model/json.ts'
import { WritError } from '../../../src/model/error.ts'
import { loadConfig } from '../../../src/outside/config/load-config.ts'
import { WRIT, withFolder } from './folder.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g'

/** The places and messages of a folder that cannot be loaded. */
function problems(files: Readonly<Record<string, string>>): readonly string[] {
  return withFolder(files, dir => {
    const error = failure(dir)
    const list = error.data['problems']
    if (!Array.isArray(list)) return [`${error.code} ${error.message}`]
    return list.filter(isObject).map(({ file, line, column, message }) => `${String(file).slice(String(file).lastIndexOf('/') + 1)}:${String(line)}:${String(column)} ${String(message)}`)
  })
}

function failure(dir: string): WritError {
  try {
    loadConfig(dir)
  } catch (error) {
    if (error instanceof WritError) return error
    throw error
  }
  throw new Error('the configuration was accepted')
}

describe('configuration', () => {
  it('loads every file of environments.example', () => {
    const config = loadConfig('environments.example')
    expect(config.environments.map(environment => environment.name)).to.deep.equal(['dev', 'prod', 'staging', 'test'])
    expect(config.people.map(person => `${person.name} ${person.kind}`)).to.deep.equal(['ada human', 'grace human', 'helpbot ai'])
    expect(config.writ.clusters.map(cluster => cluster.name)).to.deep.equal(['main', 'edge'])
    expect(config.id).to.match(/^environments\.example-[0-9a-f]{8}$/)
  })

  it('resolves paths against the folder, and ~ against the home', () => {
    const writ = `clusters:\n  - {name: a, context: a, kubeconfig: ./kube}\n  - {name: b, context: b, kubeconfig: ~/kube}\npolicies: ../policies\nstore: {path: /var/writ.db}
forges:\n  - {name: f, kind: plain, host: h, credentials: {token: {file: token}}}\n  - {name: g, kind: plain, host: h, credentials: {sshKey: {file: /key}, knownHosts: hosts}}\n`
    withFolder({ 'writ.yaml': writ }, dir => {
      const { writ: loaded } = loadConfig(dir)
      expect(loaded.clusters.map(cluster => cluster.kubeconfig)).to.deep.equal([join(dir, 'kube'), join(homedir(), 'kube')])
      expect(loaded.policies).to.equal(join(dir, '../policies'))
      expect(loaded.store.path).to.equal('/var/writ.db')
      expect(loaded.forges.map(forge => forge.credentials)).to.deep.equal([
        { username: 'git', token: { file: join(dir, 'token') } }, { sshKey: { file: '/key' }, knownHosts: join(dir, 'hosts') },
      ])
    })
  })

  it('resolves the paths of signing keys, for all forges and for one', () => {
    const writ = `${WRIT}git: {signing: {ssh: {key: {file: sign}}}}\nforges:\n  - {name: f, kind: plain, host: h, signing: {gpg: {key: 0123ABCD, home: ~/keys}}}\n  - {name: g, kind: plain, host: h, signing: {gpg: {key: ann@example.org}}}\n`
    withFolder({ 'writ.yaml': writ.replace('0123ABCD', '"0123ABCD"') }, dir => {
      const { writ: loaded } = loadConfig(dir)
      expect(loaded.git.signing).to.deep.equal({ ssh: { key: { file: join(dir, 'sign') } } })
      expect(loaded.forges.map(({ signing }) => signing)).to.deep.equal([{ gpg: { key: '0123ABCD', home: join(homedir(), 'keys') } }, { gpg: { key: 'ann@example.org' } }])
    })
  })

  it('needs no people and no environments: then nobody is known and everything is prod', () => {
    withFolder({ 'writ.yaml': WRIT, 'README.md': '# notes', '.sops.yaml': 'creation_rules: []', 'policies/a.yaml': '{{' }, dir => {
      expect(loadConfig(dir)).to.deep.include({ people: [], environments: [] })
    })
  })

  it('says config/missing and names writ init where there is no folder or no writ.yaml', () => {
    for (const files of [{}, { 'dev.yaml': 'name: dev' }]) {
      withFolder(files, dir => {
        expect(failure(dir)).to.include({ code: 'config/missing' })
        expect(failure(dir).hint).to.contain('writ init')
        expect(failure(join(dir, 'none')).code).to.equal('config/missing')
      })
    }
  })

  const dev = 'name: dev\nclass: dev\ncovers:\n  - cluster: main\n'
  const cases: readonly { readonly name: string, readonly files: Readonly<Record<string, string>>, readonly says: readonly string[] }[] = [
    { name: 'an unknown key', files: { 'writ.yaml': `${WRIT}polices: x\n` }, says: ['writ.yaml:4:1 unknown key "polices"'] },
    { name: 'an unknown key deep inside', files: { 'writ.yaml': 'clusters:\n  - name: a\n    context: a\n    argocd:\n      namespce: x\n' }, says: ['writ.yaml:5:7 unknown key "namespce" in clusters[0].argocd'] },
    { name: 'a missing key, at its map', files: { 'writ.yaml': 'clusters:\n  - name: a\n' }, says: ['writ.yaml:2:5 clusters[0].context is missing'] },
    { name: 'an empty file', files: { 'writ.yaml': '' }, says: ['writ.yaml:1:1 the file must be a map, not empty'] },
    { name: 'a list where a map belongs', files: { 'writ.yaml': '- a\n' }, says: ['writ.yaml:1:1 the file must be a map, not array'] },
    { name: 'no cluster', files: { 'writ.yaml': 'clusters: []\n' }, says: ['writ.yaml:1:11 clusters must not be empty'] },
    { name: 'a number where a text belongs', files: { 'writ.yaml': 'clusters:\n  - name: 1\n    context: a\n' }, says: ['writ.yaml:2:11 clusters[0].name must be a text (quote it), not number'] },
    { name: 'a duration that is none', files: { 'writ.yaml': `${WRIT}render:\n  timeout: fast\n` }, says: ['writ.yaml:5:12 render.timeout must be a duration such as 30s, 10m or 24h'] },
    { name: 'a secret that stands in the file', files: { 'writ.yaml': `${WRIT}forges:\n  - name: f\n    kind: plain\n    host: h\n    credentials:\n      token: hunter2\n` }, says: ['writ.yaml:9:14 forges[0].credentials.token must be a map, not string'] },
    { name: 'an SSH key in a variable: ssh reads files', files: { 'writ.yaml': `${WRIT}forges:\n  - {name: f, kind: plain, host: h, credentials: {sshKey: {env: KEY}, knownHosts: x}}\n` }, says: ['writ.yaml:5:59 forges[0].credentials.sshKey.file is missing', 'writ.yaml:5:60 unknown key "env" in forges[0].credentials.sshKey'] },
    { name: 'a helper of another forge', files: { 'writ.yaml': `${WRIT}forges:\n  - {name: f, kind: plain, host: h, credentials: {helper: tea}}\n` }, says: ['writ.yaml:5:59 forges[0].credentials.helper must be one of gh, glab'] },
    { name: 'a helper asked by no host', files: { 'writ.yaml': `${WRIT}forges:\n  - {name: f, kind: plain, host: '-x', credentials: {helper: gh}}\n` }, says: ['writ.yaml:5:34 gh is asked by host, and this is no host name'] },
    { name: 'an API on another host, to which the token would go', files: { 'writ.yaml': `${WRIT}forges:\n  - {name: f, kind: plain, host: git.example.com, api: 'https://git.example.com.evil.net/api/v1'}\n` }, says: ['writ.yaml:5:56 the API is sent the token of git.example.com, so it must be an https or http URL on git.example.com or api.git.example.com, without user or query'] },
    { name: 'a signing key that is an option', files: { 'writ.yaml': `${WRIT}git:\n  signing: {gpg: {key: --output=x}}\n` }, says: ['writ.yaml:5:24 git.signing.gpg.key must match /^[A-Za-z0-9][A-Za-z0-9 .@+<>_-]*!?$/'] },
    { name: 'broken YAML', files: { 'writ.yaml': 'clusters: [\n' }, says: ['writ.yaml:2:1 Flow sequence in block collection must be sufficiently indented and end with a ]'] },
    { name: 'a key written twice', files: { 'writ.yaml': `${WRIT}clusters: []\n` }, says: ['writ.yaml:4:1 Map keys must be unique'] },
    { name: 'two documents', files: { 'writ.yaml': `${WRIT}---\na: 1\n` }, says: ['writ.yaml:4:1 the file holds more than one document (---)'] },
    { name: 'an unknown tag', files: { 'writ.yaml': 'clusters: !include other.yaml\n' }, says: ['writ.yaml:1:11 Unresolved tag: !include'] },
    { name: 'a merge key, which YAML 1.2 does not have', files: { 'writ.yaml': 'clusters:\n  - &a\n    name: a\n    context: a\n  - <<: *a\n    name: b\n    context: b\n' }, says: ['writ.yaml:5:5 unknown key "<<" in clusters[1]'] },
    { name: 'a .yml file, which would be ignored', files: { 'writ.yaml': WRIT, 'prod.yml': 'name: prod' }, says: ['prod.yml:1:1 configuration files end in .yaml; rename it, it would be ignored otherwise'] },
    { name: 'two clusters of one name', files: { 'writ.yaml': `${WRIT}  - name: main\n    context: other\n` }, says: ['writ.yaml:4:11 a second cluster is named main'] },
    { name: 'two names for one cluster', files: { 'writ.yaml': `${WRIT}  - name: again\n    context: admin@main\n` }, says: ['writ.yaml:5:14 context admin@main is cluster main already; one cluster has one name'] },
    { name: 'one Argo CD destination for two clusters', files: { 'writ.yaml': 'clusters:\n  - {name: a, context: a, argocd: {}}\n  - {name: b, context: b, argocd: {context: a, destinations: [in-cluster]}}\n' }, says: ['writ.yaml:3:35 the same Argo CD calls cluster a in-cluster too; list other destinations'] },
    { name: 'a forge that is not listed', files: { 'writ.yaml': `${WRIT}repositories:\n  - match: [https://git.example.com/]\n    forge: hub\n` }, says: ['writ.yaml:6:12 there is no forge hub (the file lists none)'] },
    { name: 'two forges of one name', files: { 'writ.yaml': `${WRIT}forges:\n  - {name: f, kind: plain, host: h}\n  - {name: f, kind: plain, host: h}\n` }, says: ['writ.yaml:6:12 a second forge is named f'] },
    { name: 'one prefix in two entries', files: { 'writ.yaml': `${WRIT}forges: [{name: f, kind: plain, host: h}]\nrepositories:\n  - match: [https://h/a/]\n    forge: f\n  - match: [https://h/b/, https://h/a/]\n    forge: f\n` }, says: ['writ.yaml:8:27 https://h/a/ stands in repositories[0] already'] },
    { name: 'pushUrl for many repositories', files: { 'writ.yaml': `${WRIT}forges: [{name: f, kind: plain, host: h}]\nrepositories:\n  - match: [https://h/a/]\n    forge: f\n    pushUrl: https://h/x.git\n` }, says: ['writ.yaml:6:13 with pushUrl, match names one repository; this prefix (it ends in /) names many'] },
    { name: 'an environment of an unknown class', files: { 'writ.yaml': WRIT, 'dev.yaml': dev.replace('class: dev', 'class: production') }, says: ['dev.yaml:2:8 class must be one of dev, test, staging, prod'] },
    { name: 'two environments of one name', files: { 'writ.yaml': WRIT, 'a.yaml': `${dev}    namespaces: [a]\n`, 'b.yaml': `${dev}    namespaces: [b]\n` }, says: ['b.yaml:1:7 a.yaml has the name dev already'] },
    { name: 'fewer approvals than the class', files: { 'writ.yaml': WRIT, 'prod.yaml': 'name: p\nclass: prod\napprovals: 0\ncovers: [{cluster: main}]\n' }, says: ['prod.yaml:3:12 class prod needs at least 1; an environment may ask for more than its class, never for fewer'] },
    { name: 'half an approval', files: { 'writ.yaml': WRIT, 'dev.yaml': `${dev}approvals: 0.5\n` }, says: ['dev.yaml:5:12 approvals must be a whole number'] },
    { name: 'automatic merges in staging', files: { 'writ.yaml': WRIT, 's.yaml': 'name: s\nclass: staging\nmerge: automatic\ncovers: [{cluster: main}]\n' }, says: ['s.yaml:3:8 class staging is merged by a person; automatic is for dev and test'] },
    { name: 'automatic merges in prod', files: { 'writ.yaml': WRIT, 'p.yaml': 'name: p\nclass: prod\nmerge: automatic\ncovers: [{cluster: main}]\n' }, says: ['p.yaml:3:8 class prod is merged by a person; automatic is for dev and test'] },
    { name: 'an empty list of approvers', files: { 'writ.yaml': WRIT, 'dev.yaml': `${dev}approvers: []\n` }, says: ['dev.yaml:5:12 lists no group; leave it out where every known person may approve'] },
    { name: 'a cluster that writ.yaml does not have', files: { 'writ.yaml': WRIT, 'dev.yaml': 'name: dev\nclass: dev\ncovers:\n  - cluster: mian\n' }, says: ['dev.yaml:4:14 writ.yaml has no cluster mian (clusters: main)'] },
    { name: 'a namespace pattern with brackets', files: { 'writ.yaml': WRIT, 'dev.yaml': `${dev}    namespaces: ['shop-[ab]']\n` }, says: ['dev.yaml:5:18 "shop-[ab]" is no namespace; only * and ? are wild cards'] },
    { name: 'a windows key that is not there yet', files: { 'writ.yaml': WRIT, 'dev.yaml': `${dev}windows: []\n` }, says: ['dev.yaml:5:1 unknown key "windows"'] },
    { name: 'one OS user for two persons', files: { 'writ.yaml': WRIT, 'people.yaml': 'people:\n  - {name: a, aliases: {os: [x]}}\n  - {name: b, aliases: {os: [x]}}\n' }, says: ['people.yaml:3:30 os x belongs to a already; an alias names one person'] },
    { name: 'one SSH key for two persons', files: { 'writ.yaml': WRIT, 'people.yaml': `people:\n  - name: a\n    aliases:\n      ssh: ['${KEY} a@x']\n  - name: b\n    aliases:\n      ssh: ['${KEY} b@y']\n` }, says: ['people.yaml:7:13 SSH key ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEC…GBkaGxwdHh8g belongs to a already; an alias names one person'] },
    { name: 'a key that is no key', files: { 'writ.yaml': WRIT, 'people.yaml': 'people:\n  - name: a\n    aliases:\n      ssh:\n        - ~/.ssh/id_ed25519.pub\n' }, says: ['people.yaml:5:11 must be a public key as authorized_keys writes it: ssh-ed25519 AAAA… comment'] },
    { name: 'a person named twice', files: { 'writ.yaml': WRIT, 'people.yaml': 'people:\n  - {name: a, aliases: {}}\n  - {name: a, aliases: {}}\n' }, says: ['people.yaml:3:12 person a stands here twice'] },
    { name: 'a person without aliases', files: { 'writ.yaml': WRIT, 'people.yaml': 'people:\n  - name: a\n' }, says: ['people.yaml:2:5 people[0].aliases is missing'] },
  ]
  for (const { name, files, says } of cases) {
    it(`refuses ${name}, with its place`, () => {
      expect(problems(files)).to.deep.equal(says)
    })
  }

  it('lists all problems of all files at once, in order', () => {
    const files = { 'writ.yaml': `${WRIT}foo: 1\nbar: 2\n`, 'dev.yaml': 'name: Dev\nclass: none\ncovers: []\n', 'people.yaml': 'people: 1\n' }
    expect(problems(files)).to.have.length(6)
    withFolder(files, dir => {
      expect(failure(dir).message).to.match(/^The configuration has 6 problems:\n {2}\S*dev\.yaml:1:7: name must match/)
      expect(failure(dir).code).to.equal('config/invalid')
    })
  })

  it('asks for a token where a forge has an API', () => {
    withFolder({ 'writ.yaml': `${WRIT}forges:\n  - {name: tea, kind: gitea, host: gitea.com}\n` }, dir => {
      expect([failure(dir).code, failure(dir).message]).to.satisfy(([code, message]: readonly string[]) => code === 'config/invalid' && message?.includes('needs credentials with a token') === true)
    })
  })

  it('takes a token or an App for GitHub, and an App for GitHub only', () => {
    const forge = (kind: string, credentials: string): string => `${WRIT}forges:\n  - {name: hub, kind: ${kind}, host: github.com${credentials}}\n`
    for (const credentials of [', credentials: {token: {env: T}}', ', credentials: {app: {id: 7, key: {file: app.pem}}}', ', credentials: {app: {id: Iv1.abc, installation: 9, key: {env: K}}}']) {
      withFolder({ 'writ.yaml': forge('github', credentials) }, dir => { expect(loadConfig(dir).writ.forges[0]?.kind).to.equal('github') })
    }
    for (const [kind, credentials, says] of [
      ['github', '', 'a forge of kind github needs credentials with a token or an App'], ['github', ', credentials: {sshKey: {file: k}, knownHosts: h}', 'a forge of kind github needs credentials with a token or an App'],
      ['gitea', ', credentials: {app: {id: 7, key: {env: K}}}', 'only a forge of kind github has Apps'], ['plain', ', credentials: {app: {id: 7, key: {env: K}}}', 'only a forge of kind github has Apps'],
    ] as const) withFolder({ 'writ.yaml': forge(kind, credentials) }, dir => { expect(failure(dir).message, kind).to.contain(says) })
  })

  it('resolves the files of an App and of a webhook, and knows where the key is named', () => {
    withFolder({ 'writ.yaml': `${WRIT}forges:\n  - name: hub\n    kind: github\n    host: github.com\n    credentials:\n      app: {id: 7, key: {file: app.pem}}\n    webhook: {file: hook}\n` }, dir => {
      const { writ, secretPlaces } = loadConfig(dir)
      expect(writ.forges[0]).to.deep.include({ credentials: { app: { id: 7, key: { file: join(dir, 'app.pem') } } }, webhook: { file: join(dir, 'hook') } })
      expect(secretPlaces.get('hub')).to.match(/writ\.yaml:9:/)
    })
  })

  it('takes a token for GitLab, and an API that ends as every GitLab\'s does', () => {
    const forge = (more: string): string => `${WRIT}forges:\n  - {name: lab, kind: gitlab, host: gitlab.com${more}}\n`
    const token = ', credentials: {username: oauth2, token: {env: T}}'
    for (const more of [token, `${token}, api: 'https://gitlab.com/api/v4'`, `${token}, api: 'https://gitlab.com/tools/gitlab/api/v4/'`]) {
      withFolder({ 'writ.yaml': forge(more) }, dir => { expect(loadConfig(dir).writ.forges[0]?.kind).to.equal('gitlab') })
    }
    for (const [more, says] of [['', 'a forge of kind gitlab needs credentials with a token'], [', credentials: {sshKey: {file: k}, knownHosts: h}', 'a forge of kind gitlab needs credentials with a token'], [`${token}, api: 'https://gitlab.com/api'`, 'ends in /api/v4']] as const) {
      withFolder({ 'writ.yaml': forge(more) }, dir => { expect([failure(dir).code, failure(dir).message]).to.satisfy(([code, message]: readonly string[]) => code === 'config/invalid' && message?.includes(says) === true) })
    }
  })

  it('refuses a file that is not UTF-8, cannot be read or is far too large', () => {
    withFolder({ 'writ.yaml': WRIT }, dir => {
      writeFileSync(join(dir, 'a.yaml'), Buffer.from([0x6e, 0xff, 0xfe]))
      symlinkSync(join(dir, 'nowhere'), join(dir, 'b.yaml'))
      writeFileSync(join(dir, 'c.yaml'), `name: ${'x'.repeat(1024 * 1024)}`)
      const { message } = failure(dir)
      expect(message).to.contain('a.yaml:1:1: the file is not UTF-8').and.contain('b.yaml:1:1: the file cannot be read (ENOENT)').and.contain('c.yaml:1:1: the file is larger than 1 MiB')
    })
  })

  it('refuses folders and devices that are named as configuration files', () => {
    for (const name of ['people.yaml', 'dev.yaml', 'writ.yaml']) {
      withFolder({ ...name === 'writ.yaml' ? {} : { 'writ.yaml': WRIT }, [`${name}/note.txt`]: 'x' }, dir => {
        expect([failure(dir).code, failure(dir).message]).to.deep.equal(['config/invalid', `${join(dir, name)}:1:1: this is a folder and not a file; rename it, or put a file in its place`])
      })
    }
    withFolder({ 'writ.yaml': WRIT }, dir => {
      symlinkSync('/dev/null', join(dir, 'dev.yaml'))
      expect(failure(dir).message).to.match(/dev\.yaml:1:1: this is no regular file$/)
    })
  })

  it('survives aliases that multiply', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x]', ...'bcdefghi'.split('').map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i] ?? 'a'}`).join(', ')}]`)]
    expect(problems({ 'writ.yaml': `${lines.join('\n')}\n` })).to.deep.equal(['writ.yaml:1:1 the file uses aliases (*name) without end'])
  })

  it('shows a value of the file in no message, so that a secret in the wrong place is not printed', () => {
    withFolder({ 'writ.yaml': `${WRIT}forges:\n  - {name: f, kind: plain, host: h, credentials: {token: s3cr3t-value-here}}\n` }, dir => {
      expect(`${failure(dir).message}${failure(dir).hint}${JSON.stringify(failure(dir).data)}`).to.not.contain('s3cr3t')
    })
  })
})
