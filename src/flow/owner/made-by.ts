import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { showRef } from '../../model/resource.ts'
import type { Target } from '../../model/resource.ts'
import type { Living, Makers } from './makers.ts'

/** What comes with every cluster: their makers are people. Everything else that makes objects is somebody's operator. */
const BUILT_IN: ReadonlySet<string> = new Set(['apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet', 'apps/ReplicaSet', 'batch/Job', 'batch/CronJob', '/ReplicationController', '/Node', 'argoproj.io/Rollout'])

/** True for a kind of which only its operator knows what it makes. */
export function isOperators({ group, kind }: Pick<Target, 'group' | 'kind'>): boolean {
  return !BUILT_IN.has(`${group}/${kind}`)
}

/** The refusal to change what another object makes: it names the root, what deploys that, and what to ask for instead. */
export function madeBy({ target }: Pick<Living, 'target'>, { makers, unknown, named }: Makers, deployedBy: string | null): Refusal {
  const root = makers.at(-1)?.target
  const way = makers.map(({ target: maker }, i) => `${i === 0 ? '' : ', which is made by '}${maker.kind} ${maker.name}`).join('')
  const evidence = [
    target.kind === 'PersistentVolumeClaim' ? { sentence: `a claim template of ${named ?? ''} makes it`, at: `${named ?? ''} spec.volumeClaimTemplates` } : { sentence: `its controller is ${named ?? ''}`, at: `${showRef(target)} metadata.ownerReferences` },
    ...makers.slice(1).map((maker, i) => ({ sentence: `its controller is ${maker.target.kind} ${maker.target.name}`, at: `${showRef(makers[i]?.target ?? target)} metadata.ownerReferences` })),
    ...unknown === null ? [] : [{ sentence: unknown }],
    ...deployedBy === null ? [] : [{ sentence: `${root === undefined ? '' : showRef(root)} is deployed by ${deployedBy}` }],
  ]
  const message = `${showRef(target)} is made by ${way === '' ? named ?? '' : way}; a change of it would be overwritten.${unknown === null ? '' : ` What is beyond is unknown: ${unknown}.`}`
  return refuse('UNSUPPORTED', message, evidence, next(root, named, deployedBy))
}

function next(root: Target | undefined, named: string | null, deployedBy: string | null): string {
  if (root === undefined) return `Ask for the change of ${named ?? ''}, or of what makes it.`
  const by = deployedBy === null ? '' : `, which ${deployedBy} deploys`
  const ask = `${root.kind.toLowerCase()}${root.group === '' ? '' : `.${root.group}`}/${root.name}${root.namespace === null ? '' : ` -n ${root.namespace}`}`
  if (!isOperators(root)) return `Ask for the change of ${showRef(root)}${by}: ${ask}.`
  return `An operator makes it from ${showRef(root)}${by}: find the field of that (kubectl explain ${root.kind.toLowerCase()}.spec) and ask for it: writ set field ${ask} FIELD=VALUE.`
}
