import { FLUX_WAYS } from '../ways.ts'
import { waysOf } from '../play-way.ts'

describe('the owner under flux', () => { waysOf(FLUX_WAYS) })
