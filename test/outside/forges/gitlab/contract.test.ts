import { expect } from 'chai'
import { forgeContract } from '../../../contracts/forge.ts'
import { forgeCrowdContract, forgeFaultContract } from '../../../contracts/forge-extremes.ts'
import { VARIABLES, realGitlab } from '../../../forges/gitlab/real.ts'
import { gitlabUnderTest } from '../../../forges/gitlab/under-test.ts'

forgeContract('gitlab', 'people review', () => gitlabUnderTest())
forgeCrowdContract('gitlab', () => gitlabUnderTest())
forgeFaultContract('gitlab', () => gitlabUnderTest())

describe('the forge contract on a real GitLab', () => {
  it('says which variables name one, where they do not', () => {
    expect(realGitlab({})).to.deep.equal({ missing: Object.values(VARIABLES) })
    expect(realGitlab({ [VARIABLES.url]: 'https://gitlab.example.com/' })).to.deep.equal({ missing: [VARIABLES.token] })
    expect(realGitlab({ [VARIABLES.url]: 'https://gitlab.example.com/', [VARIABLES.token]: 'x' })).to.have.property('make')
  })
})
