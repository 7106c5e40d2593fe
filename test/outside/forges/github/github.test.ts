import { forgeContract } from '../../../contracts/forge.ts'
import { makeGround } from '../../../support/github/ground.ts'

forgeContract('a GitHub in this process', 'people review', makeGround)
