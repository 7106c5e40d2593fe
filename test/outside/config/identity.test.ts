import { expect } from 'chai'
import { userInfo } from 'node:os'
import { PeopleFile } from '../../../src/model/config.ts'
import { identityOf, personOfKey, whoAmI } from '../../../src/outside/config/identity.ts'
import { keyOf } from '../../../src/outside/ssh-key.ts'

const ADA = 'AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g'
const BOB = 'AAAAC3NzaC1lZDI1NTE5AAAAICAfHh0cGxoZGBcWFRQTEhEQDw4NDAsKCQgHBgUEAwIB'
const { people } = PeopleFile.parse({
  people: [
    { name: 'ada', email: 'ada@example.com', groups: ['senior'], aliases: { os: ['ada', 'alovelace'], ssh: [`ssh-ed25519 ${ADA} ada@home`] } },
    { name: 'bot', kind: 'ai', aliases: { os: ['bot'] } },
  ],
})

describe('identity', () => {
  it('knows a person by any alias of the operating system', () => {
    expect(whoAmI({ people }, 'alovelace')).to.deep.equal({ person: 'ada', kind: 'human', groups: ['senior'], email: 'ada@example.com', via: 'os-user', alias: 'alovelace' })
    expect(whoAmI({ people }, 'bot')).to.include({ person: 'bot', kind: 'ai' })
  })

  it('gives somebody unknown no person and no group', () => {
    expect(whoAmI({ people }, 'ADA')).to.deep.equal({ person: null, kind: 'human', groups: [], email: null, via: 'os-user', alias: 'ADA' })
    expect(identityOf(undefined, 'ssh-key', 'x').person).to.equal(null)
  })

  it('asks the operating system, not the environment', () => {
    const before = { USER: process.env['USER'], LOGNAME: process.env['LOGNAME'], SUDO_USER: process.env['SUDO_USER'] }
    Object.assign(process.env, { USER: 'ada', LOGNAME: 'ada', SUDO_USER: 'ada' })
    try {
      expect(whoAmI({ people }).alias).to.equal(userInfo().username)
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
  })

  it('finds the person of a key whatever its comment and options', () => {
    expect(personOfKey(people, `ssh-ed25519 ${ADA}`)?.name).to.equal('ada')
    expect(personOfKey(people, `restrict,command="x" ssh-ed25519 ${ADA} somebody@else`)?.name).to.equal('ada')
    expect(personOfKey(people, `ssh-ed25519 ${BOB} ada@home`)).to.equal(null)
    expect(personOfKey(people, 'ada@home')).to.equal(null)
    expect(personOfKey(people, '')).to.equal(null)
  })

  it('takes no text for a key whose body is of another type or cut off', () => {
    for (const line of [`ssh-rsa ${ADA}`, `ssh-ed25519 ${ADA.slice(0, 18)}`, 'ssh-ed25519', `ssh-ed25519 !!!`, `x\nssh-ed25519 ${ADA}`]) expect(keyOf(line), line).to.equal(null)
  })
})
