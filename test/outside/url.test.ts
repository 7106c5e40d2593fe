import { expect } from 'chai'
import { WritError } from '../../src/model/error.ts'
import { checkUrl, normaliseUrl } from '../../src/outside/url.ts'
import type { InsecureAllow } from '../../src/outside/url.ts'

const ONE = 'https://git.example.org/Team/App'

function refusal(action: () => unknown): WritError | null {
  try {
    action()
    return null
  } catch (error) {
    if (error instanceof WritError) return error
    throw error
  }
}

describe('repository URLs', () => {
  for (const url of [
    'https://git.example.org/Team/App', 'https://git.example.org/Team/App.git', 'https://git.example.org/Team/App/', 'https://git.example.org/Team/App.git/', 'HTTPS://GIT.Example.ORG/Team/App',
    'https://git.example.org:443/Team/App.git', 'https://git.example.org./Team/App', 'https://git.example.org//Team//App', 'https://git.example.org/Team/./App', 'https://bot@git.example.org/Team/App', 'https://git.example.org/Team/%41pp',
    'git@git.example.org:Team/App.git', 'git@git.example.org:/Team/App', 'git.example.org:Team/App', 'git@GIT.example.org:Team/App/', 'ssh://git@git.example.org/Team/App.git', 'ssh://git.example.org:22/Team/App', 'SSH://git@git.example.org:022/Team/App',
  ]) it(`takes ${url} for the same repository as the others`, () => { expect(normaliseUrl(url)).to.equal(ONE) })

  it('keeps apart what may be different repositories', () => {
    const urls = ['https://git.example.org/Team/App', 'https://git.example.org/team/app', 'https://git.example.org:8443/Team/App', 'ssh://git@git.example.org:2222/Team/App', 'http://git.example.org/Team/App', 'https://git.example.net/Team/App', 'file:///Team/App', 'https://git.example.org/Team/App/sub']
    expect(new Set(urls.map(normaliseUrl)).size).to.equal(urls.length)
  })

  it('knows the forges that take any case, and their second ssh name', () => {
    expect(normaliseUrl('git@github.com:Acme/App.git')).to.equal('https://github.com/acme/app')
    expect(normaliseUrl('ssh://git@ssh.github.com:443/acme/app.git')).to.equal('https://github.com/acme/app')
    expect(normaliseUrl('https://GitLab.com/Acme/Sub/App/')).to.equal('https://gitlab.com/acme/sub/app')
  })

  it('takes a file URL and an absolute path for the same', () => {
    expect(normaliseUrl('/srv/git/app.git')).to.equal('file:///srv/git/app')
    expect(normaliseUrl('file://localhost/srv/git/app.git/')).to.equal('file:///srv/git/app')
  })

  const everything: readonly InsecureAllow[] = ['http', 'loopback', 'file']
  for (const url of [
    '', ' ', '-u', '--upload-pack=touch x', 'ext::sh -c touch% x', 'EXT::sh', 'fd::17', 'https::https://git.example.org/a/b', '::x', 'git://git.example.org/a/b', 'ftp://git.example.org/a', 'javascript:alert(1)',
    'https://git.example.org/a b', 'https://git.example.org/a\nb', 'https://git.example.org/a\0b', 'https://git.example.org/a\\b', 'https://git.example.org/', 'https://git.example.org', 'https:///a/b',
    'https://git.example.org/a/../../b', 'https://git.example.org/%2e%2e/b', 'https://git.example.org/a?x=1', 'https://git.example.org/a#x', 'https://git.example.org/%zz', 'https://git.example.org:99999/a', 'https://git.example.org:x/a',
    'ssh://-oProxyCommand=touch/a', 'ssh://git@-oProxyCommand=touch/a', '-oProxyCommand=touch@git.example.org:a', 'git@-oProxyCommand=x:a', 'ssh://git.example.org/-oProxyCommand', 'git@git.example.org:-x', 'ssh://-x@git.example.org/a',
    'https://git.example.org@evil.example.net:a/b', 'file://evil.example.net/share', 'oci://registry.example.org/x', 'C:\\repo', './repo', '../repo', 'repo', `https://git.example.org/${'a'.repeat(2000)}`,
  ]) {
    it(`refuses ${JSON.stringify(url.slice(0, 60))} whatever is allowed`, () => {
      expect(refusal(() => checkUrl(url, { allow: everything, host: 'git.example.org' }))?.code).to.equal('git/refused')
    })
  }

  it('allows https and ssh on the host of the forge, in any spelling', () => {
    for (const url of ['https://git.example.org/a/b', 'https://GIT.example.org:443/a/b.git', 'ssh://git@git.example.org/a/b', 'git@git.example.org:a/b.git', 'https://git.example.org:8443/a/b']) {
      expect(refusal(() => checkUrl(url, { allow: [], host: 'Git.Example.org' })), url).to.equal(null)
    }
    expect(refusal(() => checkUrl('https://git.example.org:8443/a/b', { allow: [], host: 'git.example.org:8443' }))).to.equal(null)
    expect(refusal(() => checkUrl('https://git.example.org/a/b', { allow: [], host: 'git.example.org:8443' }))?.code).to.equal('git/refused')
  })

  it('refuses another host', () => {
    for (const url of ['https://evil.example.net/a/b', 'git@evil.example.net:a/b', 'https://git.example.org.evil.example.net/a', 'https://xgit.example.org/a']) {
      expect(refusal(() => checkUrl(url, { allow: [], host: 'git.example.org' }))?.code, url).to.equal('git/refused')
    }
  })

  it('opens http, loopback and file one by one', () => {
    const rows: readonly (readonly [string, string, readonly InsecureAllow[]])[] = [
      ['http://git.example.org/a', 'git.example.org', ['http']], ['file:///srv/a', '', ['file']], ['/srv/a', '', ['file']], ['https://localhost/a', 'localhost', ['loopback']],
      ['http://127.0.0.1:3000/a', '127.0.0.1:3000', ['http', 'loopback']], ['git@localhost:a', 'localhost', ['loopback']],
    ]
    for (const [url, host, allow] of rows) {
      expect(refusal(() => checkUrl(url, { allow, host })), url).to.equal(null)
      for (const left of allow) expect(refusal(() => checkUrl(url, { allow: everything.filter(one => one !== left), host }))?.code, `${url} without ${left}`).to.equal('git/refused')
    }
  })

  it('sees through every spelling of this machine', () => {
    for (const host of ['localhost', 'LOCALHOST', 'x.localhost', '127.0.0.1', '127.1', '0x7f.1', '2130706433', '0177.0.0.1', '0.0.0.0', '[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::127.0.0.1]', '[::ffff:0:127.0.0.1]', '[::ffff:0.0.0.0]', 'localhost.', '127.0.0.1.']) {
      expect(refusal(() => checkUrl(`https://${host}/a`, { allow: [], host }))?.code, host).to.equal('git/refused')
      expect(refusal(() => checkUrl(`ssh://git@${host}/a`, { allow: [], host }))?.code, host).to.equal('git/refused')
    }
  })

  it('never goes to link-local, multicast or metadata addresses, not even where loopback is allowed', () => {
    for (const host of ['169.254.169.254', '0xa9fea9fe', '2852039166', '[::ffff:169.254.169.254]', '[fe80::1]', '[fd00:ec2::254]', '224.0.0.1', '255.255.255.255', '100.100.100.200', 'metadata.google.internal', 'metadata', '[ff02::1]', '[64:ff9b::a9fe:a9fe]', '[2002:a9fe:a9fe::1]', '[2002:7f00::]', '[2001:0:a9fe:a9fe::1]', '[fec0::1]', '168.63.129.16', '[::169.254.169.254]', 'metadata.google.internal.']) {
      expect(refusal(() => checkUrl(`https://${host}/a`, { allow: everything, host }))?.code, host).to.equal('git/refused')
    }
  })

  it('refuses a user or password in the URL and shows neither', () => {
    for (const url of ['https://bot:s3cr3t-t0ken@git.example.org/a', 'https://s3cr3t-t0ken@git.example.org/a', 'ssh://git:s3cr3t-t0ken@git.example.org/a', 'https://:s3cr3t-t0ken@git.example.org/a', 'https://s3cr3t-t0ken:@git.example.org/%zz', 'https://s3cr3t-t0ken@evil.example.net/a']) {
      const error = refusal(() => checkUrl(url, { allow: everything, host: 'git.example.org' }))
      expect(error?.code, url).to.equal('git/refused')
      expect(`${String(error?.message)} ${String(error?.hint)} ${JSON.stringify(error?.data)} ${String(error?.stack)}`).to.not.contain('s3cr3t')
    }
  })
})
