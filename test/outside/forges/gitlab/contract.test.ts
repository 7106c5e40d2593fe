import { forgeContract } from '../../../contracts/forge.ts'
import { gitlabUnderTest } from '../../../forges/gitlab/under-test.ts'

forgeContract('gitlab', 'people review', () => gitlabUnderTest())
