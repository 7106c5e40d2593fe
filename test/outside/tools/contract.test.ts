import { toolContract } from '../../contracts/tool.ts'
import { standInBench } from './stand-in-bench.ts'

toolContract('Argo CD (stand-in)', () => standInBench('argocd'))
toolContract('Flux (stand-in)', () => standInBench('flux'))
