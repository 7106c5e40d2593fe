import { expect } from 'chai'
import { applicationOf, namesItself, parseTrackingId } from '../../../src/outside/tools/argocd/tracking-id.ts'
import { parseInventoryId } from '../../../src/outside/tools/flux/inventory-id.ts'
import { commitOfRevision } from '../../../src/outside/tools/flux/revision.ts'
import { failureClass } from '../../../src/outside/tools/failure-class.ts'
import { globMatch } from '../../../src/outside/tools/glob-match.ts'

const HEX = 'a1'.repeat(20)

describe('a tracking id of Argo CD', () => {
  it('is taken apart', () => {
    expect(parseTrackingId('shop:apps/Deployment:shop/web')).to.deep.equal({ instance: 'shop', group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' })
    expect(parseTrackingId('shop:/Service:shop/web')).to.deep.equal({ instance: 'shop', group: '', kind: 'Service', namespace: 'shop', name: 'web' })
    expect(parseTrackingId('shop:rbac.authorization.k8s.io/ClusterRole:shop/system:web')?.name).to.equal('system:web')
  })
  for (const text of ['', 'shop', 'shop:apps/Deployment', 'shop:Deployment:shop/web', 'shop:apps/Deployment:web', 'shop:a/b/c:shop/web', 'shop:apps/Deployment:a/b/c', ':apps/Deployment:shop/web', 'shop:apps/:shop/web']) {
    it(`is not '${text}'`, () => { expect(parseTrackingId(text)).to.equal(null) })
  }
  const ref = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }
  const rows: readonly [string, string, typeof ref | { group: string, kind: string, namespace: null, name: string }, boolean][] = [
    ['names the object itself', 'shop:apps/Deployment:shop/web', ref, true],
    ['was copied from another name', 'shop:apps/Deployment:shop/api', ref, false],
    ['was copied from another namespace', 'shop:apps/Deployment:other/web', ref, false],
    ['was copied from another kind', 'shop:apps/StatefulSet:shop/web', ref, false],
    ['was copied from another group', 'shop:extensions/Deployment:shop/web', ref, false],
    ['carries a namespace that means nothing on a cluster-scoped object', 'shop:rbac.authorization.k8s.io/ClusterRole:shop/reader', { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', namespace: null, name: 'reader' }, true],
  ]
  for (const [name, text, of, expected] of rows) {
    it(name, () => {
      const id = parseTrackingId(text)
      expect(id !== null && namesItself(id, of)).to.equal(expected)
    })
  }
  it('names an Application by namespace only outside the control plane', () => {
    expect(applicationOf('shop', 'argocd')).to.deep.equal({ namespace: 'argocd', name: 'shop' })
    expect(applicationOf('team-a_shop_x', 'argocd')).to.deep.equal({ namespace: 'team-a', name: 'shop_x' })
  })
})

describe('an inventory id of Flux', () => {
  const rows: readonly [string, object | null][] = [
    ['shop_web_apps_Deployment', { namespace: 'shop', name: 'web', group: 'apps', kind: 'Deployment' }],
    ['_shop__Namespace', { namespace: null, name: 'shop', group: '', kind: 'Namespace' }],
    ['shop_web__Service', { namespace: 'shop', name: 'web', group: '', kind: 'Service' }],
    ['_reader_rbac.authorization.k8s.io_ClusterRole', { namespace: null, name: 'reader', group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' }],
    ['_system__web_rbac.authorization.k8s.io_ClusterRole', { namespace: null, name: 'system:web', group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' }],
    ['kube-system_system____web_rbac.authorization.k8s.io_Role', { namespace: 'kube-system', name: 'system::web', group: 'rbac.authorization.k8s.io', kind: 'Role' }],
    ['shop_web', null], ['', null], ['shop__apps_Deployment', null], ['web_apps_Deployment', null],
  ]
  for (const [id, expected] of rows) it(`'${id}' ${expected === null ? 'is none' : 'is taken apart'}`, () => { expect(parseInventoryId(id)).to.deep.equal(expected) })
})

describe('a revision of Flux', () => {
  for (const text of [`main@sha1:${HEX}`, `refs/heads/main@sha1:${HEX}`, `sha1:${HEX}`, `main/${HEX}`, `feature/x@sha1:${HEX}`, `feature/x/${HEX}`]) {
    it(`names a commit in ${text.slice(0, 24)}`, () => { expect(commitOfRevision(text)).to.equal(HEX) })
  }
  for (const text of [undefined, '', 'main', `latest@sha256:${'a'.repeat(64)}`, '1.2.3', `sha256:${'a'.repeat(64)}`, `main@sha1:${HEX.slice(1)}`]) {
    it(`names none in ${String(text).slice(0, 24)}`, () => { expect(commitOfRevision(text)).to.equal(null) })
  }
})

describe('the text of a failure', () => {
  const rows: readonly [string, string][] = [
    ['failed to checkout and determine revision: unable to clone \'https://x\': authentication required', 'config'],
    ['rpc error: code = Unknown desc = unable to resolve \'mian\' to a commit SHA', 'config'],
    ['Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unavailable desc = connection refused', 'transient'],
    ['Failed to load target state: failed to generate manifest for source 1 of 1: app path does not exist', 'permanent'],
    ['Deployment/shop/web dry-run failed (Invalid): spec.replicas must be >= 0', 'permanent'],
    ['Deployment/shop/web dry-run failed, reason: Forbidden, error: exceeded quota: team', 'permanent'],
    ['Deployment/shop/web dry-run failed: Post "https://10.0.0.1": dial tcp: i/o timeout', 'transient'],
    ['admission webhook "deny.example" denied the request: no', 'permanent'],
    ['Internal error occurred: failed calling webhook "x": connection refused', 'transient'],
    ['no matches for kind "Widget" in version "a/v1"', 'transient'],
    ['health check failed after 30s: timeout waiting for: [Deployment/shop/web status: \'InProgress\']', 'rollout'],
    ['health check failed: failed early due to stalled resources: [Deployment/shop/web status: \'Failed\']', 'rollout'],
    ['UpgradeFailed: Helm upgrade failed for release shop/web with chart web@1: context deadline exceeded', 'rollout'],
    ['RetriesExceeded: Failed to upgrade after 1 attempt(s)', 'rollout'],
    ['MissingRollbackTarget', 'rollout'],
    ['Skipping sync attempt to [abc]: auto-sync will wipe out all resources', 'people'],
    ['PruneFailed: something', 'people'],
    ['ignored (requires pruning)', 'people'],
    ['AccessDenied: can\'t access \'GitRepository/a/b\', cross-namespace references have been blocked', 'config'],
    ['ssh: handshake failed: knownhosts: key mismatch', 'config'],
    ['repository not found', 'config'],
    ['couldn\'t find remote ref "refs/heads/x"', 'config'],
    ['TLS handshake timeout', 'transient'],
    ['rpc error: code = DeadlineExceeded desc = x', 'transient'],
    ['etcdserver: request timed out', 'transient'],
    ['namespaces "shop" not found', 'transient'],
    ['Operation cannot be fulfilled on x: the object has been modified', 'transient'],
    ['Deployment.apps "web" is invalid: spec.selector: Invalid value: field is immutable', 'permanent'],
    ['group :Secret is not permitted in project default', 'permanent'],
    ['one or more synchronization tasks are not valid', 'permanent'],
    ['values don\'t meet the specifications of the schema(s)', 'permanent'],
    ['Manifest generation error (cached): x', 'permanent'],
    ['post build failed for \'web\': x', 'permanent'],
    ['decryption failed for \'web\': x', 'permanent'],
    ['kustomization path not found: stat x', 'permanent'],
    ['another operation is already in progress', 'waiting'],
    ['HealthCheckCanceled: New reconciliation triggered by x', 'waiting'],
    ['dependency \'flux-system/base\' revision is not up to date', 'waiting'],
    ['Source artifact not found, retrying in 30s', 'waiting'],
    ['dependency \'flux-system/base\' is not ready', 'waiting'],
    ['kustomize build failed: accumulating resources', 'permanent'],
    ['the moon is full', 'unknown'],
  ]
  for (const [text, is] of rows) it(`is ${is}: ${text.slice(0, 60)}`, () => { expect(failureClass(text)).to.equal(is) })
})

describe('a pattern of Argo CD', () => {
  const rows: readonly [string, string, boolean][] = [['*', 'x', true], ['apps', 'apps', true], ['apps', 'batch', false], ['*.k8s.io', 'a.k8s.io', true], ['a?c', 'abc', true], ['a.c', 'abc', false], ['', '', true], ['', 'apps', false], ['{a,b}', 'z', false], ['{a,b}', 'b', true]]
  for (const [pattern, text, fits] of rows) it(`'${pattern}' ${fits ? 'fits' : 'does not fit'} '${text}'`, () => { expect(globMatch(pattern, text)).to.equal(fits) })
})
