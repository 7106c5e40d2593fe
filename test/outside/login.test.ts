import { expect } from 'chai'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ForgeConfig } from '../../src/model/config.ts'
import { openLogin } from '../../src/outside/login.ts'
import type { Login } from '../../src/outside/login.ts'
import { redact } from '../../src/outside/redact.ts'
import { errorOf } from '../contracts/failure.ts'

const FORGE: ForgeConfig = { name: 'hub', kind: 'github', host: 'git.example.com', insecureAllow: [] }
const PLACE = 'writ.yaml:9:7'
// The four that these programs read before their own logins, whatever host is asked for.
const OVERRIDES = { GH_TOKEN: 'tok-of-another-host-1', GITHUB_TOKEN: 'tok-of-another-host-2', GH_ENTERPRISE_TOKEN: 'tok-of-another-host-3', GITLAB_TOKEN: 'tok-of-another-host-4', HTTPS_PROXY: 'http://evil.example' }

describe('the login of a forge', () => {
  const before = { ...process.env }
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'writ-login-'))
    mkdirSync(join(folder, 'bin'))
    Object.assign(process.env, OVERRIDES, { PATH: `${join(folder, 'bin')}:${before['PATH'] ?? ''}`, GH_CONFIG_DIR: '/etc/gh-of-the-test' })
  })
  afterEach(() => {
    for (const name of [...Object.keys(OVERRIDES), 'PATH', 'GH_CONFIG_DIR']) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
    rmSync(folder, { recursive: true, force: true })
  })

  function plant(program: 'gh' | 'glab', script: string): void {
    writeFileSync(join(folder, 'bin', program), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, 'bin', program), 0o755)
  }
  const login = (helper: 'gh' | 'glab'): Login => openLogin({ ...FORGE, credentials: { helper } }, PLACE) ?? expect.fail('there is no login')

  for (const [helper, username, args] of [['gh', 'x-access-token', 'auth token --hostname git.example.com'], ['glab', 'oauth2', 'config get token --host git.example.com']] as const) {
    it(`asks ${helper} for its own login on this very host, without the variables that hold for any host, and outside of any repository`, async () => {
      plant(helper, `echo "$@" > ${folder}/args; env > ${folder}/env; pwd > ${folder}/cwd; echo asked >> ${folder}/times; echo tok-of-the-${helper}-login`)
      const { username: user, token } = login(helper)
      expect([user, await token(), await token()]).to.deep.equal([username, `tok-of-the-${helper}-login`, `tok-of-the-${helper}-login`])
      expect(readFileSync(join(folder, 'args'), 'utf8').trim()).to.equal(args)
      expect(readFileSync(join(folder, 'cwd'), 'utf8').trim()).to.equal(homedir())
      const seen = readFileSync(join(folder, 'env'), 'utf8')
      for (const value of Object.values(OVERRIDES)) expect(seen).to.not.contain(value)
      expect(seen).to.contain('GH_CONFIG_DIR=/etc/gh-of-the-test').and.contain('GH_PROMPT_DISABLED=1')
      expect(readFileSync(join(folder, 'times'), 'utf8')).to.equal('asked\n')
      expect(redact(`remote: tok-of-the-${helper}-login`)).to.equal('remote: [redacted]')
    })
  }

  const faults: readonly (readonly [string, string, string])[] = [
    ['has no login there', 'echo "no oauth token found for git.example.com" >&2; exit 1', 'ended with 1'],
    ['prints nothing', ':', 'prints nothing'],
    ['prints more than one line', 'echo a; echo b', 'is no token'],
    ['prints a control character', 'printf "a\\033[31mb"', 'is no token'],
    ['prints without end', 'exec yes', 'more than a token'],
  ]
  for (const [what, script, says] of faults) {
    it(`names the line of writ.yaml where the helper ${what}`, async () => {
      plant('gh', script)
      const error = await errorOf(login('gh').token())
      expect(error?.code).to.equal('config/invalid')
      expect(error?.message).to.match(/^writ\.yaml:9:7: gh auth token --hostname git\.example\.com, which the credentials of forge hub name,/).and.contain(says)
      expect(error?.hint).to.contain('gh auth login --hostname git.example.com').and.contain('GH_TOKEN')
    })
  }

  it('shows nothing of what a helper says when it fails, and asks anew then', async () => {
    plant('gh', `if [ -e ${folder}/again ]; then echo tok-after-the-login; else echo 'the token hunter2hunter2 has expired' | tee /dev/stderr; touch ${folder}/again; exit 1; fi`)
    const { token } = login('gh')
    const error = await errorOf(token())
    expect(`${String(error?.message)}${String(error?.hint)}${String(error?.cause)}`).to.not.contain('hunter2')
    expect(await token()).to.equal('tok-after-the-login')
  })

  it('says so where the helper is not there', async () => {
    process.env['PATH'] = join(folder, 'bin')
    const error = await errorOf(login('glab').token())
    expect([error?.code, error?.message]).to.deep.equal(['config/invalid', `${PLACE}: glab config get token --host git.example.com, which the credentials of forge hub name, cannot be started.`])
    expect(existsSync(join(folder, 'args'))).to.equal(false)
  })

  it('is not there for an SSH key alone, and is the token where there are both', async () => {
    const key = { sshKey: { file: '/key' }, knownHosts: '/hosts' }
    expect(openLogin(FORGE, PLACE)).to.equal(null)
    expect(openLogin({ ...FORGE, credentials: key }, PLACE)).to.equal(null)
    writeFileSync(join(folder, 'token'), 'tok-of-a-file-1\n')
    const both = openLogin({ ...FORGE, credentials: { username: 'writ', token: { file: join(folder, 'token') }, ...key } }, PLACE)
    expect([both?.username, await both?.token()]).to.deep.equal(['writ', 'tok-of-a-file-1'])
    writeFileSync(join(folder, 'token'), 'tok-of-a-file-2\n')
    expect(await both?.token()).to.equal('tok-of-a-file-2')
    expect(redact('tok-of-a-file-1 tok-of-a-file-2')).to.equal('[redacted] [redacted]')
  })
})
