import { ARGO_WAYS } from '../ways.ts'
import { waysOf } from '../play-way.ts'

describe('the owner under argocd', () => { waysOf(ARGO_WAYS) })
