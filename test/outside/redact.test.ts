import { expect } from 'chai'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { redact, redactJson, registerSecret } from '../../src/outside/redact.ts'

// Every secret is made here, so that no scanner takes this file for a leak.
const ALPHABET = 'k3JqP9xLw2ZtB7vRm5NcYdH8sFgQ4aTeU6uXiCoVpEbK1nGrMzSjDhWyAf0lIO'
function fake(length: number, alphabet = ALPHABET): string {
  return Array.from({ length }, (_, i) => alphabet[(i * 7 + 3) % alphabet.length]).join('')
}
const hex = (length: number): string => fake(length, '3f9a0c17e2b8d456')
const upper = (length: number): string => fake(length, 'QX7MZ2KD4WAPLR5NTEVB3GHJCF6YSU')
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const jwt = [base64('{"alg":"RS256"}'), base64('{"sub":"system:serviceaccount:x"}').replaceAll('=', ''), fake(40)].join('.')
const pem = (kind: string, body: string): string => `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----`

/** A text with one secret in it, and that secret. */
const SECRETS: readonly { readonly name: string, readonly text: (secret: string) => string, readonly secret: string }[] = [
  { name: 'GitHub classic token', text: s => `token ${s} refused`, secret: `ghp_${fake(36)}` },
  { name: 'GitHub OAuth token', text: s => s, secret: `gho_${fake(36)}` },
  { name: 'GitHub app user token', text: s => `(${s})`, secret: `ghu_${fake(36)}` },
  { name: 'GitHub server token', text: s => `x${s}`, secret: `ghs_${fake(36)}` },
  { name: 'GitHub refresh token', text: s => `%3A${s}`, secret: `ghr_${fake(76)}` },
  { name: 'GitHub fine-grained token', text: s => `GH=${s}\n`, secret: `github_pat_${fake(22)}_${fake(59)}` },
  { name: 'GitLab personal token', text: s => `token: ${s}`, secret: `glpat-${fake(20)}` },
  { name: 'GitLab routable token', text: s => s, secret: `glpat-${fake(27)}.01.${fake(9)}` },
  { name: 'GitLab runner token', text: s => s, secret: `glrt-${fake(20)}` },
  { name: 'GitLab deploy token', text: s => s, secret: `gldt-${fake(20)}` },
  { name: 'GitLab job token', text: s => s, secret: `glcbt-64_${fake(20)}` },
  { name: 'GitLab registration token', text: s => s, secret: `GR1348941${fake(20)}` },
  { name: 'AWS access key id', text: s => `id=${s};`, secret: `AKIA${upper(16).replaceAll(/[0189]/g, 'Q')}` },
  { name: 'AWS session key id', text: s => s, secret: `ASIA${upper(16).replaceAll(/[0189]/g, 'Q')}` },
  { name: 'AWS secret key in an ini file', text: s => `aws_secret_access_key = ${s}`, secret: fake(40) },
  { name: 'AWS secret key in JSON', text: s => `{"SecretAccessKey": "${s}"}`, secret: fake(40) },
  { name: 'AWS session token', text: s => `AWS_SESSION_TOKEN=${s}`, secret: fake(200) },
  { name: 'Slack bot token', text: s => s, secret: `xoxb-${fake(12, '0123456789')}-${fake(24)}` },
  { name: 'Slack user token', text: s => s, secret: `xoxp-${fake(12, '0123456789')}-${fake(24)}` },
  { name: 'Slack app token', text: s => s, secret: `xapp-1-${upper(11)}-${fake(13, '0123456789')}-${hex(64)}` },
  { name: 'Slack webhook', text: s => `url: https://hooks.slack.com/services/${s}`, secret: `T${upper(8)}/B${upper(8)}/${fake(24)}` },
  { name: 'JWT', text: s => `failed with ${s}, then`, secret: jwt },
  { name: 'JWT without signature', text: s => s, secret: `${jwt.split('.').slice(0, 2).join('.')}.` },
  { name: 'JWE', text: s => s, secret: [base64('{"alg":"dir","enc":"A256GCM"}').replaceAll('=', ''), '', fake(16), fake(40), fake(22)].join('.') },
  { name: 'Google API key', text: s => s, secret: `AIza${fake(35)}` },
  { name: 'Google OAuth token', text: s => s, secret: `ya29.${fake(60)}` },
  { name: 'Google client secret', text: s => s, secret: `GOCSPX-${fake(28)}` },
  { name: 'Stripe key', text: s => s, secret: `sk_live_${fake(24)}` },
  { name: 'OpenAI key', text: s => s, secret: `sk-proj-${fake(48)}` },
  { name: 'Anthropic key', text: s => s, secret: `sk-ant-api03-${fake(80)}` },
  { name: 'SendGrid key', text: s => s, secret: `SG.${fake(22)}.${fake(43)}` },
  { name: 'npm token', text: s => `//registry.example.com/:_authToken=${s}`, secret: `npm_${fake(36)}` },
  { name: 'PyPI token', text: s => s, secret: `pypi-AgE${fake(80)}` },
  { name: 'Vault token', text: s => s, secret: `hvs.${fake(90)}` },
  { name: 'age key', text: s => s, secret: `AGE-SECRET-KEY-1${upper(58)}` },
  { name: 'DigitalOcean token', text: s => s, secret: `dop_v1_${hex(64)}` },
  { name: 'Docker Hub token', text: s => s, secret: `dckr_pat_${fake(27)}` },
  { name: 'Hugging Face token', text: s => s, secret: `hf_${fake(34)}` },
  { name: 'Grafana token', text: s => s, secret: `glsa_${fake(32)}_${hex(8)}` },
  { name: 'Atlassian token', text: s => s, secret: `ATATT3${fake(180)}` },
  { name: 'Azure storage key', text: s => `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=${s};`, secret: `${fake(86)}==` },
  { name: 'docker config', text: s => `{"auths":{"r.example.com":{"auth":"${s}"}}}`, secret: base64('user:pass') },
  { name: 'bearer header', text: s => `Authorization: Bearer ${s}`, secret: fake(24) },
  { name: 'basic header', text: s => `authorization: Basic ${s}`, secret: base64('user:pass') },
  { name: 'header in JSON', text: s => `{"authorization":"token ${s}"}`, secret: hex(40) },
  { name: 'bearer in prose', text: s => `sent bearer ${s} to the server`, secret: fake(40) },
  { name: 'private-token header', text: s => `PRIVATE-TOKEN: ${s}`, secret: fake(20) },
  { name: 'api key header', text: s => `x-api-key: ${s}`, secret: fake(20) },
  { name: 'password of a URL', text: s => `fatal: unable to access 'https://${s}@git.example.com/a.git/'`, secret: 'ada:hunter22' },
  { name: 'token of a URL', text: s => `https://${s}@git.example.com/a.git`, secret: hex(40) },
  { name: 'password with an at sign', text: s => `postgres://${s}@db:5432/shop`, secret: 'shop:p@ss:w@rd' },
  { name: 'password of an ssh URL', text: s => `ssh://git:${s}@git.example.com/a`, secret: 'hunter22' },
  { name: 'redis password', text: s => `redis://${s}@redis:6379`, secret: ':hunter22' },
  { name: 'token in a query', text: s => `GET /api?access_token=${s}&x=1`, secret: hex(20) },
  { name: 'signed URL', text: s => `https://b.example.com/k?X-Amz-Signature=${s}`, secret: hex(64) },
  { name: 'password in YAML', text: s => `  postgresPassword: ${s}\n`, secret: 'changeme' },
  { name: 'quoted password in YAML', text: s => `password: "${s}"`, secret: 'hunter2' },
  { name: 'password in an env file', text: s => `DB_PASSWORD=${s}\nX=1`, secret: 'hunter2' },
  { name: 'variable of a container', text: s => `        - name: DB_PASSWORD\n          value: ${s}\n`, secret: 'hunter2' },
  { name: 'variable in a diff', text: s => `   - name: API_TOKEN\n-    value: ${s}\n`, secret: 'tic-tac' },
  { name: 'variable as a field path in a sentence', text: s => `spec.containers[name=a].env[name=DB_PASSWORD].value of Deployment shop/web becomes "${s}"`, secret: 'hunter2' },
  { name: 'variable as a field path', text: s => `spec.containers[name=a].env[name=DB_PASSWORD].value: ${s}`, secret: 'hunter2 → hunter3' },
  { name: 'token in base64', text: s => `data:\n  token: ${s}`, secret: base64(`ghp_${fake(36)}\n`) },
  { name: 'private key in base64', text: s => `tls.key: ${s}`, secret: base64(pem('PRIVATE KEY', fake(64))) },
]

const ORDINARY: readonly string[] = [
  'image: ghcr.io/org/app:v1.2.3@sha256:4f1c0e9f6c1d2b3a495867768594a3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d8e7f6',
  'imageID: docker-pullable://nginx@sha256:4f1c0e9f6c1d2b3a495867768594a3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d8e7f6',
  'url: ssh://git@github.com/org/repo.git', 'url: git@github.com:org/repo.git', 'url: https://github.com/org/repo?ref=v1.2.3',
  'repo: https://github.com/org/repo.git//deploy@main', 'commit 3f9a0c17e2b8d4563f9a0c17e2b8d4563f9a0c17',
  'secretName: shop-tls', 'secretKeyRef:\n  name: db\n  key: password', 'existingSecretPasswordKey: admin-password', 'imagePullSecrets: [{name: regcred}]',
  'automountServiceAccountToken: false', 'tokenAudience: api', 'passwordSecretRef:\n  name: x', 'password: {{ .Values.password }}', 'password: ${DB_PASSWORD}',
  'password: ""', 'usePassword: true', 'password:\n  secretKeyRef: x', '- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db',
  '- name: DB_PASSWORD\n  value: $(OTHER)', '- name: DB_PASSWORD\n  value: ""', '- name: GOOGLE_APPLICATION_CREDENTIALS\n  value: /var/run/key.json', '- name: ALLOW_EMPTY_PASSWORD\n  value: "true"', '- name: TOKEN_TTL\n  value: 1h', '- name: SECRET_PATH\n  value: /var/run/x',
  'url: postgres://$(DB_USER):$(DB_PASSWORD)@db:5432/shop', 'url: amqp://${USER}:${PASS}@mq', 'email: ada@example.com', 'mailto:ada@example.com',
  'Bearer authentication is used', 'Authorization: Bearer authentication', 'the bearer of this-long-hyphenated-name-of-nothing',
  '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUJ5w\n-----END CERTIFICATE-----', '-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQ\n-----END SSH SIGNATURE-----',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g ada@example.com', 'sha256:4f1c0e9f6c1d2b3a4958', 'digest: sha512-abcdef',
  'disk-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'task-sk-learn-pipeline-with-a-very-long-name-indeed', 'checksum/config: 4f1c0e9f6c1d2b3a4958677685944f1c0e9f6c1d2b3a495867768594',
  'spec.containers[name=a].env[name=GOOGLE_APPLICATION_CREDENTIALS].value stands in a file that 3 other consumers use too.', 'host: eyJ.example.com', 'key: value', 'spec.template.spec.containers[name=web].env[name=PORT].value: 80 → 8080', 'npm_config_loglevel: info', 'kubernetes.io/basic-auth: "true"',
]

describe('redact', () => {
  it('knows at least sixty kinds of text', () => { expect(SECRETS.length + ORDINARY.length).to.be.greaterThan(100) })

  for (const { name, text, secret } of SECRETS) {
    it(`takes out: ${name}`, () => {
      const clean = redact(text(secret))
      expect(clean).to.equal(text('[redacted]'))
      expect(clean).to.not.contain(secret)
      expect(redact(clean), 'twice is once').to.equal(clean)
    })
  }

  for (const text of ORDINARY) {
    it(`leaves alone: ${JSON.stringify(text).slice(0, 60)}`, () => { expect(redact(text)).to.equal(text) })
  }

  it('leaves ordinary files of this repository alone', async () => {
    // Other tests of this process have secrets of their own, which may be ordinary words.
    const { redact: fresh } = await import(`../../src/outside/redact.ts?own=${Date.now()}`) as { readonly redact: typeof redact }
    const files = ['environments.example', 'docs', 'policies', '.'].flatMap(dir => readdirSync(dir).filter(name => /\.(?:yaml|md|json)$/.test(name) && !name.startsWith('package')).map(name => join(dir, name)))
    expect(files.length).to.be.greaterThan(5)
    for (const file of files) expect(fresh(readFileSync(file, 'utf8')), file).to.equal(readFileSync(file, 'utf8'))
  })

  it('takes a private key out whole also where another one is known', () => {
    const pem = (body: string): string => `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`
    registerSecret(pem('QWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY3ODkwYWJjZGVmZ2hpamts'))
    const other = 'cVo1c2VvbkRsUHRORlVWR2hJOUJjZzZwcldPeDdZUXVFTXlrTHZkNFhiekEzd1JI'
    for (const text of [pem(other), `data: ${Buffer.from(pem(other)).toString('base64')}`, JSON.stringify({ key: pem(other) })]) expect(redact(text), text).to.not.include(other.slice(4, 20)).and.not.include(Buffer.from(other).toString('base64').slice(8, 24))
  })

  it('takes out private keys of every kind, and keeps the lines', () => {
    for (const kind of ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'PGP PRIVATE KEY BLOCK']) {
      const text = `  key: |\n+   ${pem(kind, `${fake(64)}\n${fake(64)}`).replaceAll('\n', '\n+   ')}\nafter: x`
      const clean = redact(text)
      expect(clean).to.not.contain(fake(12))
      expect(clean.split('\n')).to.have.length(text.split('\n').length)
      expect(clean).to.contain(`-----BEGIN ${kind}-----`).and.contain('after: x')
    }
  })

  it('takes out a private key in JSON, and one whose end is missing', () => {
    expect(JSON.parse(redact(JSON.stringify({ a: pem('PRIVATE KEY', fake(64)), b: 'kept' })))).to.deep.equal({ a: pem('PRIVATE KEY', '').replace('\n\n', '[redacted]'), b: 'kept' })
    expect(redact(`x\n-----BEGIN PRIVATE KEY-----\n${fake(64)}\n${fake(64)}`)).to.not.contain(fake(12))
  })

  it('takes out what was registered, in every spelling, and nothing shorter than six characters', () => {
    registerSecret('s3cret/+value')
    registerSecret('tiny')
    registerSecret('')
    registerSecret('first-line-of-key\nsecond-line-of-key\n')
    expect(redact('a s3cret/+value b s3cret%2F%2Bvalue c')).to.equal('a [redacted] b [redacted] c')
    expect(redact(base64('s3cret/+value'))).to.not.contain(base64('s3cret/+value').slice(0, 12))
    expect(redact('tiny x')).to.equal('tiny x')
    expect(redact('second-line-of-key')).to.equal('[redacted]')
  })

  it('cleans JSON by its structure: texts, keys, named variables and Secrets', () => {
    registerSecret('json-secret"quoted')
    expect(redactJson({
      text: `a json-secret"quoted b`, password: 'x', dbPassword: '', n: 1, none: null, yes: true,
      env: [{ name: 'DB_PASSWORD', value: 'hunter2' }, { name: 'PORT', value: '80' }, { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'db' } } }],
      secret: { kind: 'Secret', data: { a: 'eA==' }, stringData: { b: 'x' }, metadata: { name: 's' } },
      [`ghp_${fake(36)}`]: 1,
    })).to.deep.equal({
      text: 'a [redacted] b', password: '[redacted]', dbPassword: '', n: 1, none: null, yes: true,
      env: [{ name: 'DB_PASSWORD', value: '[redacted]' }, { name: 'PORT', value: '80' }, { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'db' } } }],
      secret: { kind: 'Secret', data: { a: '[redacted]' }, stringData: { b: '[redacted]' }, metadata: { name: 's' } },
      '[redacted]': 1,
    })
  })

  const hostile = ['eyJ', 'eyJa.', '://', '://a@', '@', 'ghp_', 'github_pat_', 'sk-', 'SG.a', 'Authorization: Bearer ', 'bearer a', '-----BEGIN PRIVATE KEY-----', '-----BEGIN ', 'password:', 'password: ', 'name: A_', 'A', 'a1', 'AAAA/', '[name=A', 'hvs.', ' ', '\n', 'xoxb-', 'secret_access_key ', 'ssh://a:']
  for (const piece of hostile) {
    it(`stays linear on a long run of ${JSON.stringify(piece)}`, () => {
      const time = (length: number): number => {
        const text = piece.repeat(Math.ceil(length / piece.length))
        const start = performance.now()
        redact(text)
        return performance.now() - start
      }
      time(10_000)
      expect(time(400_000)).to.be.lessThan(400)
    })
  }
})
