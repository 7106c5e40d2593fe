import type { Approval, Change, JournalEntry } from '../../src/model/change.ts'
import { CLASS_RULES } from '../../src/model/environment.ts'
import type { Environment } from '../../src/model/environment.ts'
import type { Plan } from '../../src/model/plan.ts'
import type { ChangeRequest } from '../../src/model/request.ts'

const ENVIRONMENT: Environment = {
  name: 'shop-staging', class: 'staging', covers: [{ cluster: 'one' }], provider: 'auto', seniors: 'senior', merge: 'person', approvalLifetime: '24h',
  syncTimeout: '15m', verify: { stability: '30s' }, pause: { longest: '24h' }, rollback: 'offer', rules: CLASS_RULES.staging, approvals: 1, known: true,
}

const REQUEST: ChangeRequest = {
  verb: 'set image', target: { cluster: null, namespace: 'shop', type: 'deploy', name: 'web' }, asks: [{ kind: 'image', container: 'web', value: 'web:2' }], scope: 'app',
  requester: { person: 'ann', kind: 'human', groups: [], email: null, via: 'os-user', alias: 'ann' }, reason: null, incident: null, rollbackPlan: null,
}

/** A plan with everything in it, for tests to which its content does not matter. */
export function aPlan(more: Partial<Plan> = {}): Plan {
  return {
    request: REQUEST,
    target: { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web', cluster: 'one', uid: 'u' },
    live: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } },
    environment: ENVIRONMENT, edits: [],
    owner: {
      tool: 'argocd', cluster: 'one', kind: 'Application', namespace: 'argocd', name: 'shop', uid: 'v',
      source: { url: 'https://git.example/shop.git', revision: 'main', path: 'shop' },
      render: { format: 'auto', loadRestrictor: 'root', directory: { recurse: false } },
      delivery: { automated: true, reverts: false, syncedCommit: null, behindBecause: null },
      destination: { cluster: 'one', namespace: 'shop' }, sourceObject: null,
    },
    ownerEvidence: [], base: 'a'.repeat(40), branch: 'main', files: [{ path: 'shop/web.yaml', before: 'a\n', after: 'b\n' }], places: ['shop/web.yaml:1'],
    proof: { renderer: { name: 'directory', version: '1' }, beforeHash: 'x', afterHash: 'y', changes: [], sentence: 'exactly the asked change' },
    blast: [], alsoShips: null, route: 'pull-request', routeReason: 'shop-staging says gitops_required', environmentClass: 'staging', verdicts: [], policyBundle: 'p',
    needs: { count: 1, senior: false, groups: [], seniorGroup: 'senior', signed: true }, mergesItself: false, digest: 'digest1', diff: '',
    ...more,
  }
}

/** An open change at its first step. */
export function aChange(more: Partial<Change> = {}): Change {
  return {
    id: 'aaaaaaaa', key: 'key', status: 'open', step: 'publish', plan: aPlan(), createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z',
    version: 1, waiting: null, facts: {}, ended: null, ...more,
  }
}

/** An entry for the change `aaaaaaaa`. */
export function anEntry(more: Partial<Omit<JournalEntry, 'seq'>> = {}): Omit<JournalEntry, 'seq'> {
  return { change: 'aaaaaaaa', step: 'publish', attempt: 1, kind: 'intent', at: '2026-01-01T00:00:00.000Z', by: 'host/1', data: {}, ...more }
}

/** An approval without signature, by bo, that holds for a day. */
export function anApproval(more: Partial<Approval> = {}): Approval {
  return {
    change: 'aaaaaaaa', person: 'bo', vote: 'approve', head: 'head1', digest: 'digest1', environment: 'shop-staging',
    at: '2026-01-01T00:00:00.000Z', expires: '2026-01-02T00:00:00.000Z', via: 'os-user', comment: null, signature: null, ...more,
  }
}
