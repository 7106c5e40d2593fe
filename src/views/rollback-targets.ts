import type { EarlierStates } from '../flow/rollback/earlier-states.ts'
import type { CommitInfo } from '../flow/ports.ts'
import { showPath } from '../model/field.ts'
import type { Json } from '../model/json.ts'
import { showJson } from '../model/json.ts'
import type { Located } from '../model/plan.ts'
import type { Target } from '../model/resource.ts'
import { showRef } from '../model/resource.ts'
import type { Deployment } from '../model/steering.ts'
import { withoutSecrets } from './changed-object.ts'
import { line } from './line.ts'
import type { Line } from './line.ts'
import { table } from './table.ts'

/** One state that an object can go back to. `fields`: what it holds now, and would hold again; none for the present state. */
export interface TargetItem {
  /** For --to-revision. */
  readonly revision: string
  readonly at: string
  readonly by: string
  readonly subject: string
  /** The change of Writ that made it. */
  readonly change: string | null
  readonly deployed: readonly Deployment[]
  readonly fields: readonly { readonly path: string, readonly now?: Json, readonly was?: Json }[]
}

/** `items`: the present state first; `whole`: there are no earlier ones; `deployments`: those that name no commit of these. */
export interface TargetsDocument {
  readonly kind: 'RollbackTargets'
  readonly target: Target
  readonly source: { readonly url: string, readonly path: string, readonly branch: string }
  readonly items: readonly TargetItem[]
  readonly whole: boolean
  readonly deployments: readonly Deployment[]
}

export function targetsDocument({ located, states, whole, other, changeOf }: EarlierStates & { readonly located: Located, readonly changeOf: (commit: CommitInfo) => string | null }): TargetsDocument {
  const { target, owner, branch } = located
  const items = states.map(({ commit, deployed, fields }): TargetItem => {
    const shown = withoutSecrets({ object: target, kind: 'changed', reordered: [], fields: fields.map(({ path, now, was }) => ({ path, before: now, after: was })) })
    return {
      revision: commit.sha, at: commit.at, by: commit.author, subject: commit.subject, change: changeOf(commit), deployed,
      fields: shown.fields.map(({ path, before, after }) => ({ path: showPath(path), ...before === undefined ? {} : { now: before }, ...after === undefined ? {} : { was: after } })),
    }
  })
  return { kind: 'RollbackTargets', target, source: { url: owner.source.url, path: owner.source.path, branch }, items, whole, deployments: other }
}

/** The states as a table, the present one first. */
export function targetLines({ target, source, items, whole, deployments }: TargetsDocument, style: { readonly wide: boolean, readonly columns: number | null }): readonly Line[] {
  const rows = items.map(({ revision, at, by, subject, change, deployed, fields }, i) => [
    revision.slice(0, 12), when(at), by, change === null ? '-' : `change/${change}`, deployed.map(one => `${when(one.at)}${one.status === null ? '' : ` ${one.status}`}`).join(', ') || '-',
    i === 0 ? 'now' : fields.map(({ path, was }) => `${lastOf(path)} ${was === undefined ? 'not set' : `= ${showJson(was)}`}`).join(', ') || 'as now', subject,
  ])
  return [
    line(`${showRef(target)}: ${source.url} ${source.branch}, path ${source.path === '' ? '(root)' : source.path}`, 'dim'),
    ...table(['REVISION', 'WHEN', 'BY', 'CHANGE', 'DEPLOYED', 'IT WAS', 'COMMIT'], rows, style.wide ? null : style.columns),
    ...deployments.length === 0 ? [] : [line(''), line('Deployed without a commit of these:', 'dim'), ...table(['WHEN', 'BY', 'STATUS', 'WHAT'], deployments.map(({ at, by, status, what }) => [when(at), by, status ?? '-', what]), style.wide ? null : style.columns)],
    line(whole ? 'There are no earlier states.' : 'There may be earlier states: --limit shows more, --to-revision and --to-time go further back.', 'dim'),
  ]
}

function when(at: string): string {
  return at === '' ? '-' : at.slice(0, 19).replace('T', ' ')
}

/** `containers[name=web].image` of a long path. */
function lastOf(path: string): string {
  return path.split(/\.(?![^[]*\])/).slice(-2).join('.')
}
