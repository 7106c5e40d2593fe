import { forgeCrowdContract, forgeFaultContract } from '../../../contracts/forge-extremes.ts'
import { forgeContract } from '../../../contracts/forge.ts'
import { makeGround } from '../../../support/github/ground.ts'

forgeContract('a GitHub in this process', 'people review', makeGround)
forgeCrowdContract('a GitHub in this process', makeGround)
forgeFaultContract('a GitHub in this process', makeGround)
