import { SET_WAYS } from '../sets.ts'
import { waysOf } from '../play-way.ts'

describe('the owner that an ApplicationSet makes', () => { waysOf(SET_WAYS) })
