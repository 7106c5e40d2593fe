import { expect } from 'chai'
import { loadConfig } from '../../src/outside/config/load-config.ts'
import { readSecret, readSecretIfThere } from '../../src/outside/secret.ts'
import { failureOf } from '../contracts/failure.ts'
import { WRIT, withFolder } from './config/folder.ts'

const NOT_SET = 'WRIT_TEST_TOKEN_THAT_IS_NOT_SET'

describe('a secret that is named and not there', () => {
  it('is said with the line that names it, the variable or file, and the forge', async () => {
    const writ = `${WRIT}forges:\n  - name: hub\n    kind: plain\n    host: h\n    credentials:\n      token: {env: ${NOT_SET}}\n  - name: lab\n    kind: plain\n    host: i\n    credentials:\n      token:\n        file: nowhere/token\n`
    const { places, line } = withFolder({ 'writ.yaml': writ }, dir => ({ places: loadConfig(dir).secretPlaces, line: writ.split('\n').findIndex(one => one.includes(NOT_SET)) + 1 }))
    expect(places.get('hub')).to.match(new RegExp(`writ\\.yaml:${line}:20$`))
    expect(places.get('lab')).to.match(new RegExp(`writ\\.yaml:${line + 6}:15$`))
    const missing = await readSecret({ env: NOT_SET }, { forge: 'hub', place: 'writ.yaml:9:20' }).catch((error: unknown) => error)
    expect(missing).to.include({ code: 'config/invalid', message: `writ.yaml:9:20: the environment variable ${NOT_SET}, which the credentials of forge hub name, is not set.`, hint: `Set ${NOT_SET} where Writ runs, or correct that line.` })
    expect(await failureOf(readSecret({ file: '/nowhere/token' }, { forge: 'lab', place: 'x:1:1' }))).to.equal('config/invalid')
    expect(await readSecretIfThere({ env: NOT_SET })).to.equal(null)
  })
})
