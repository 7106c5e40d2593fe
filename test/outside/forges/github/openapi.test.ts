import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { ROUTES } from '../../../support/github/routes.ts'
import { EXCERPT, checksum, filled, wrongAnswer, wrongRequest } from '../../../support/github/schemas.ts'

describe('the excerpt of GitHub\'s own description', () => {
  it('is what the script made, of the version that its package.json names', () => {
    expect(EXCERPT.sha256).to.equal(checksum())
    const { dependencies } = JSON.parse(readFileSync('test/real/github-openapi/package.json', 'utf8')) as { readonly dependencies: Readonly<Record<string, string>> }
    expect(dependencies[EXCERPT.madeFrom.package]).to.equal(EXCERPT.madeFrom.version)
    expect(readFileSync('test/support/github/openapi.json').length).to.be.lessThan(400_000)
  })

  it('has every operation that the server answers, and no other', () => {
    expect(Object.keys(EXCERPT.operations)).to.have.members(Object.keys(ROUTES))
  })

  it('catches what GitHub would not answer, or would not take', () => {
    const user = filled('public-user', { login: 'ada', type: 'User', user_view_type: 'public' })
    expect(wrongAnswer('GET /user', 200, user)).to.equal(null)
    expect(wrongAnswer('GET /user', 200, { ...user, login: 7 })).to.contain('GET /user 200: ')
    expect(wrongAnswer('GET /repos/{owner}/{repo}/pulls', 200, [{ number: 1 }])).to.contain('must have required property')
    expect(wrongAnswer('GET /user', 206, user)).to.equal('GET /user has no answer 206')
    expect(wrongAnswer('GET /nowhere', 200, user)).to.equal('GET /nowhere is not in the excerpt')
    expect(wrongRequest('POST /repos/{owner}/{repo}/pulls', { head: 'a' })).to.contain('base')
  })
})

describe('the manifest of the GitHub App', () => {
  it('asks for the rights that the documentation explains, and no others', () => {
    const { default_permissions } = JSON.parse(readFileSync('deploy/github/app-manifest.json', 'utf8')) as { readonly default_permissions: Readonly<Record<string, string>> }
    const rows = [...readFileSync('docs/forges.md', 'utf8').matchAll(/^\| `([a-z_]+)` \| (read|write) \|/gm)].map(([, name = '', level = '']) => [name, level])
    expect(Object.fromEntries(rows)).to.deep.equal(default_permissions)
    const known = EXCERPT.$defs['app-permissions'] as { readonly properties: Readonly<Record<string, unknown>> }
    expect(Object.keys(default_permissions).filter(name => known.properties[name] === undefined)).to.deep.equal([])
  })
})
