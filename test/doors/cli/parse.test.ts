import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { WritError } from '../../../src/model/error.ts'
import type { Job } from '../../../src/doors/cli/job.ts'
import { parse } from '../../../src/doors/cli/main.ts'
import { operations } from '../../../src/operations/index.ts'

const nothing = { program: 'writ', out: () => undefined }
const parseLine = (line: string): Job | null => parse(line.split(' '), nothing)

function failure(line: string): { readonly code: string, readonly message: string, readonly hint: string } {
  try {
    parseLine(line)
  } catch (error) {
    if (error instanceof WritError) return error
    throw error
  }
  throw new Error(`${line} was accepted`)
}

const target = (namespace: string | null = null, type = 'deployment', cluster: string | null = null): object => ({ cluster, namespace, type, name: 'web' })
const change = (more: object = {}): object => ({ target: target(), scope: 'app', reason: null, incident: null, rollbackPlan: null, dryRun: false, until: 'wait', ...more })

const field = (name: string, value: string | null, as = 'field'): object => ({ kind: 'field', container: null, field: name, value, as })
/** Any file will do. */
const FILE = 'test/cases/plain-image/repo/app/web.yaml'
function applied(more: object): object {
  const { target: _target, ...rest } = change(more) as { readonly target: unknown }
  return { ...rest, cluster: null, manifest: readFileSync(FILE, 'utf8'), ...more }
}

/** What every verb that steers is asked. */
function steered(type: string, name: string, namespace: string | null): object {
  return { target: { cluster: null, namespace, type, name }, reason: null, incident: null, dryRun: false, until: 'wait' }
}

describe('the grammar', () => {
  const lines: readonly { readonly line: string, readonly operation: string, readonly input: object, readonly more?: object }[] = [
    { line: 'set image deployment/web web=nginx:1.27', operation: 'set-image', input: change({ images: [{ container: 'web', image: 'nginx:1.27' }] }) },
    { line: 'set image deployment web web=nginx:1.27 side=x@sha256:ab=', operation: 'set-image', input: change({ images: [{ container: 'web', image: 'nginx:1.27' }, { container: 'side', image: 'x@sha256:ab=' }] }) },
    { line: 'set image deploy/web *=nginx:1 -n shop --dry-run', operation: 'set-image', input: change({ target: target('shop', 'deploy'), images: [{ container: '*', image: 'nginx:1' }], dryRun: true }) },
    { line: '-n shop set image deploy/web *=nginx:1 --dry-run=server', operation: 'set-image', input: change({ target: target('shop', 'deploy'), images: [{ container: '*', image: 'nginx:1' }], dryRun: true }) },
    { line: 'set -n shop image deploy/web *=nginx:1 --dry-run=none', operation: 'set-image', input: change({ target: target('shop', 'deploy'), images: [{ container: '*', image: 'nginx:1' }] }) },
    { line: '-n a set -n b image -n c deploy/web *=nginx:1', operation: 'set-image', input: change({ target: target('c', 'deploy'), images: [{ container: '*', image: 'nginx:1' }] }) },
    { line: 'set image deployments.apps/web web=a --wait --timeout 1h30m --scope=shared --reason=why --incident=I-1 --rollback-plan=back --context=here', operation: 'set-image',
      input: change({ target: target(null, 'deployments.apps', 'here'), images: [{ container: 'web', image: 'a' }], scope: 'shared', reason: 'why', incident: 'I-1', rollbackPlan: 'back', until: 'end' }), more: { timeout: 5_400_000 } },
    { line: 'set resources deployment/web --limits=cpu=1,memory=1Gi --requests=cpu=100m', operation: 'set-resources', input: change({ container: '*', limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } }) },
    { line: 'set resources deployment web -c web --limits cpu=1', operation: 'set-resources', input: change({ container: 'web', limits: { cpu: '1' }, requests: {} }) },
    { line: 'set env deployment/web A=1 B= C- -n shop', operation: 'set-env', input: change({ target: target('shop'), container: '*', env: [{ name: 'A', value: '1' }, { name: 'B', value: '' }, { name: 'C', value: null }] }) },
    { line: 'set env deployment web A=b=c -c init:web -e D=1', operation: 'set-env', input: change({ container: 'init:web', env: [{ name: 'A', value: 'b=c' }, { name: 'D', value: '1' }] }) },
    { line: 'set field deployment/web spec.minReadySeconds=5 spec.paused-', operation: 'set-field', input: change({ fields: [field('spec.minReadySeconds', '5'), field('spec.paused', null)] }) },
    { line: 'set field deployment/web spec.list[name=x-].y=1 metadata.labels["a=b"]- /data/a-', operation: 'set-field', input: change({ fields: [field('spec.list[name=x-].y', '1'), field('metadata.labels["a=b"]', null), field('/data/a', null)] }) },
    { line: 'set field deployment/web replicas=3 --string spec.a=1 --json spec.b={"c":1}', operation: 'set-field', input: change({ fields: [{ kind: 'replicas', value: 3 }, field('spec.a', '1', 'string'), field('spec.b', '{"c":1}', 'json')] }) },
    { line: 'set field deploy/web -c web image=a limits.cpu=1 env.A=1 env.B-', operation: 'set-field', input: change({ target: target(null, 'deploy'), fields: [
      { kind: 'image', container: 'web', value: 'a' }, { kind: 'resource', container: 'web', section: 'limits', resource: 'cpu', value: '1' }, { kind: 'env', container: 'web', name: 'A', value: '1' }, { kind: 'env', container: 'web', name: 'B', value: null },
    ] }) },
    { line: 'rollback change/abcd2345', operation: 'rollback', input: change({ target: null, scope: null, to: { kind: 'undo', change: 'change/abcd2345' }, overwrite: false }) },
    { line: 'rollback change abcd2345 --overwrite --scope=app --dry-run', operation: 'rollback', input: change({ target: null, to: { kind: 'undo', change: 'change/abcd2345' }, overwrite: true, dryRun: true }) },
    { line: 'rollback deployment/web -n shop', operation: 'rollback', input: change({ target: target('shop'), scope: null, to: { kind: 'previous' } }) },
    { line: 'rollback deployment web --to-revision 0123abcd --wait', operation: 'rollback', input: change({ scope: null, to: { kind: 'revision', commit: '0123abcd' }, until: 'end' }) },
    { line: 'rollback deployment/web --to-change=change/abcd2345', operation: 'rollback', input: change({ scope: null, to: { kind: 'change', change: 'change/abcd2345' } }) },
    { line: 'rollback deployment/web --to-time 2h', operation: 'rollback', input: change({ scope: null, to: { kind: 'time', at: '2h' } }) },
    { line: 'rollback deployment/web --list --limit 3', operation: 'rollback-targets', input: { target: target(), limit: 3 } },
    { line: 'restart deployment/web --wait', operation: 'restart', input: change({ until: 'end' }) },
    { line: 'patch deployment/web -p {"spec":{}} --type merge', operation: 'patch', input: change({ patch: '{"spec":{}}', type: 'merge' }) },
    { line: `patch deployment web --patch-file ${FILE}`, operation: 'patch', input: change({ patch: readFileSync(FILE, 'utf8'), type: 'strategic' }) },
    { line: `apply -f ${FILE} -n shop --dry-run --place p-00112233`, operation: 'apply', input: applied({ namespace: 'shop', dryRun: true, place: 'p-00112233' }) },
    { line: 'delete deployment web -n shop', operation: 'delete', input: change({ target: target('shop') }) },
    { line: 'scale deployment/web --replicas=3', operation: 'scale', input: change({ replicas: 3, currentReplicas: null }) },
    { line: 'scale --replicas 0 --current-replicas 2 deployment web', operation: 'scale', input: change({ replicas: 0, currentReplicas: 2 }) },
    { line: 'owner deployment/web --cluster main', operation: 'owner', input: { target: target(null, 'deployment', 'main') } },
    { line: 'get change/abc', operation: 'get', input: { change: 'change/abc' } },
    { line: 'get change abc', operation: 'get', input: { change: 'change/abc' } },
    { line: 'get changes/abc', operation: 'get', input: { change: 'change/abc' } },
    { line: 'get abc --wait', operation: 'follow', input: { change: 'change/abc' } },
    { line: 'get changes', operation: 'list', input: { status: null, namespace: null, cluster: null, limit: 50 } },
    { line: 'list --status open --limit 5', operation: 'list', input: { status: 'open', namespace: null, cluster: null, limit: 5 } },
    { line: 'list -n shop --context here', operation: 'list', input: { status: null, namespace: 'shop', cluster: 'here', limit: 50 } },
    { line: 'describe change/abc', operation: 'describe', input: { change: 'change/abc' } },
    { line: 'history', operation: 'history', input: { target: null, namespace: null, cluster: null, limit: 50 } },
    { line: 'history deployment/web -n shop', operation: 'history', input: { target: target('shop'), limit: 50 } },
    { line: 'sync application/shop -n argocd --prune --wait', operation: 'sync', input: { ...steered('application', 'shop', 'argocd'), until: 'end', prune: true } },
    { line: 'suspend ks shop --for 2h --reason why', operation: 'suspend', input: { ...steered('ks', 'shop', null), reason: 'why', end: { after: '2h' } } },
    { line: 'suspend ks/shop --until 2026-11-30T18:00:00Z --dry-run', operation: 'suspend', input: { ...steered('ks', 'shop', null), dryRun: true, end: { at: '2026-11-30T18:00:00Z' } } },
    { line: 'resume ks/shop', operation: 'resume', input: steered('ks', 'shop', null) },
    { line: 'diff deployment/web -n shop', operation: 'diff', input: { target: target('shop') } },
    { line: 'diff --app shop -n argocd --exit-code', operation: 'diff', input: { app: { cluster: null, namespace: 'argocd', name: 'shop' } }, more: { wants: 'same' } },
    { line: 'approve change/abc --key k --comment ok', operation: 'approve', input: { change: 'change/abc', until: 'wait', comment: 'ok', keyFile: 'k', signed: null } },
    { line: 'approve abc --print-document', operation: 'approval-document', input: { change: 'change/abc', vote: 'approve' } },
    { line: 'reject abc --print-document', operation: 'approval-document', input: { change: 'change/abc', vote: 'reject' } },
    { line: 'reject change/abc --wait', operation: 'reject', input: { change: 'change/abc', until: 'end', comment: null, keyFile: null, signed: null } },
    { line: 'merge change/abc --wait', operation: 'merge', input: { change: 'change/abc', until: 'end' } },
    { line: 'cancel change/abc --reason no', operation: 'cancel', input: { change: 'change/abc', reason: 'no' } },
    { line: 'work --once', operation: 'work', input: { once: true } },
    { line: 'work', operation: 'work', input: { once: false }, more: { wants: 'stopped' } },
  ]
  for (const { line, operation, input, more } of lines) {
    it(`understands: writ ${line}`, () => {
      expect(parseLine(line)).to.deep.include({ kind: 'operation', operation, input, ...more })
    })
  }

  it('has a command for every operation of this door, and for no other', () => {
    expect([...new Set(lines.map(({ operation }) => operation))].sort()).to.deep.equal(operations.filter(({ doors }) => doors.cli).map(({ name }) => name).sort())
  })

  it('gives agents no door to decisions', () => {
    const decisions = ['approve', 'reject', 'merge', 'approval-document', 'work', 'follow']
    for (const { name, doors } of operations) expect([name, doors.mcp || doors.http]).to.deep.equal([name, !decisions.includes(name)])
  })

  it('understands what runs Writ itself', () => {
    expect(parseLine('init --context a --config here')).to.deep.equal({ kind: 'init', context: 'a', format: 'text', config: 'here' })
    expect(parseLine('doctor -o json')).to.deep.equal({ kind: 'doctor', format: 'json', config: null })
    expect(parseLine('sandbox up')).to.deep.include({ kind: 'sandbox', command: 'up', options: { output: null } })
    expect(parseLine('sandbox demo -o json')).to.deep.include({ kind: 'sandbox', command: 'demo', options: { output: 'json' } })
    expect(parseLine('sandbox demo --repo . --path a --provider flux deploy/web -n x -c web --set image=b:1=2')).to.deep.include({
      kind: 'sandbox', command: 'demo', options: { output: null, repo: '.', path: 'a', provider: 'flux', namespace: 'x', container: 'web', scope: null, target: 'deploy/web', set: 'image=b:1=2' },
    })
  })

  const edits: readonly (readonly [string, object])[] = [
    ['edit app deploy/web --set replicas=3', { path: 'app', owner: null, type: 'deploy', name: 'web', loadRestrictor: null }],
    ['edit app deploy web --load-restrictor none --set replicas=3', { path: 'app', owner: null, type: 'deploy', name: 'web', loadRestrictor: 'none' }],
    [`edit --owner ${FILE} deploy/web --set replicas=3`, { path: null, type: 'deploy', name: 'web' }], [`edit --owner ${FILE} deploy web --set replicas=3`, { path: null, type: 'deploy', name: 'web' }],
    [`edit --owner ${FILE} app deploy/web --set replicas=3`, { path: 'app', type: 'deploy', name: 'web' }], [`edit --owner ${FILE} a/b deploy web --set replicas=3`, { path: 'a/b', type: 'deploy', name: 'web' }],
    [`edit app deploy/web --owner ${FILE} --set replicas=3`, { path: 'app', owner: { name: FILE, text: readFileSync(FILE, 'utf8') } }],
  ]
  for (const [line, input] of edits) {
    it(`understands: writ ${line}`, () => {
      const job = parseLine(line)
      expect(job?.kind === 'edit' ? job.input : job).to.deep.include(input)
    })
  }

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['set image', 'usage/bad-argument', /^TYPE\/NAME is missing\.$/],
    ['scale --replicas=3', 'usage/bad-argument', /^TYPE\/NAME is missing\.$/],
    ['get', 'usage/bad-argument', /^change\/ID is missing\.$/],
    ['help nothing', 'usage/bad-argument', /^There is no command nothing\.$/],
    ['help set nothing', 'usage/bad-argument', /^There is no command set nothing\.$/],
    ['get pods', 'usage/not-supported', /shows changes, not pods/],
    ['get po', 'usage/not-supported', /shows changes, not po\./],
    ['get deployment web', 'usage/not-supported', /shows changes, not deployment/],
    ['describe deploy web', 'usage/not-supported', /shows changes, not deploy/],
    ['describe changes', 'usage/bad-argument', /^changes needs the id of one/],
    ['describe change', 'usage/bad-argument', /^change needs the id of one/],
    ['get change/', 'usage/bad-argument', /^change\/ needs the id of one/],
    ['merge change/', 'usage/bad-argument', /^change\/ needs the id of one/],
    ['work --once -n dev', 'usage/bad-argument', /--namespace is not for work/],
    ['doctor --cluster a', 'usage/bad-argument', /--cluster is not for doctor/],
    ['init -n a', 'usage/bad-argument', /--namespace is not for init/],
    ['set image deployment/web', 'usage/bad-argument', /CONTAINER=IMAGE is missing/],
    ['set image deployment', 'usage/bad-argument', /its name is missing/],
    ['set image deployment web=nginx', 'usage/bad-argument', /its name is missing/],
    ['set image deployment/ web=nginx', 'usage/bad-argument', /deployment\/ is no object/],
    ['set image a/b/c web=nginx', 'usage/bad-argument', /is no object/],
    ['set image deployment/web nginx', 'usage/bad-argument', /"nginx" is not CONTAINER=IMAGE/],
    ['set image deployment/web =nginx', 'usage/bad-argument', /is not CONTAINER=IMAGE/],
    ['set image deployment/a deployment/b web=nginx', 'usage/not-supported', /one object at a time/],
    ['set image deployment/web web=a --all', 'usage/bad-argument', /unknown option '--all'/i],
    ['set image deployment/web web=a --dry-run=maybe', 'usage/bad-argument', /unknown option/i],
    ['set image deployment/web web=a --as root', 'usage/bad-argument', /unknown option '--as'/i],
    ['set image deployment/web web=a --force', 'usage/bad-argument', /unknown option '--force'/i],
    ['set image deployment/web web=a --timeout 5m', 'usage/bad-argument', /--wait is not given/],
    ['set image deployment/web web=a --wait --timeout soon', 'usage/bad-argument', /duration/],
    ['set image deployment/web web=a --cluster x --context y', 'usage/bad-argument', /both name a cluster/],
    ['set resources deployment/web', 'usage/bad-argument', /Neither --limits nor --requests/],
    ['set resources deployment/web --limits=cpu', 'usage/bad-argument', /RESOURCE=AMOUNT/],
    ['set resources deployment/web --limits=cpu=1,cpu=2', 'usage/bad-argument', /names cpu twice/],
    ['scale deployment/web', 'usage/bad-argument', /--replicas <n>' not specified/],
    ['scale deployment/web --replicas=-1', 'usage/bad-argument', /whole number/],
    ['scale deployment/web --replicas=2.5', 'usage/bad-argument', /whole number/],
    ['scale deployment/web --replicas=two', 'usage/bad-argument', /whole number/],
    ['scale deployment/web --replicas=99999999999999999999', 'usage/bad-argument', /^--replicas takes a whole number from 0 to 2147483647, not "99999999999999999999"\.$/],
    ['set field deployment/web replicas=4000000000', 'usage/bad-argument', /^replicas takes a whole number from 0 to 2147483647/],
    ['list --limit 1001', 'usage/bad-argument', /^--limit takes a whole number from 1 to 1000/],
    ['scale deployment/web pod/x --replicas=2', 'usage/bad-argument', /"pod\/x" is too many/],
    ['get deployment/web', 'usage/not-supported', /shows changes, not deployment/],
    ['get change/ABC', 'usage/bad-argument', /is no change/],
    ['get change/a change/b', 'usage/bad-argument', /too many/],
    ['get changes --wait', 'usage/bad-argument', /--wait is for one change/],
    ['list -o xml', 'usage/bad-argument', /-o takes json, yaml, wide or name/],
    ['approve', 'usage/bad-argument', /^change\/ID is missing\.$/],
    ['approve change/abc --signature x', 'usage/bad-argument', /belong together/],
    ['sandbox demo --repo .', 'usage/bad-argument', /--path, --provider, --set are missing/],
    ['sandbox demo --repo . --path a --provider helm x/y --set image=b', 'usage/bad-argument', /allowed choices are argocd, flux/i],
    ['set env deployment/web', 'usage/bad-argument', /NAME=VALUE is missing/],
    ['set env deployment/web A', 'usage/bad-argument', /"A" is neither NAME=VALUE nor NAME-/],
    ['set env deployment/web =1', 'usage/bad-argument', /is neither NAME=VALUE nor NAME-/],
    ['set env deployment/a deployment/b A=1', 'usage/not-supported', /one object at a time/],
    ['set env deployment/web --list', 'usage/not-supported', /--list only looks/],
    ['set env deployment/web --from configmap/x', 'usage/not-supported', /--from is not supported/],
    ['set field deployment/web', 'usage/bad-argument', /FIELD=VALUE is missing/],
    ['set field deployment/web spec.a', 'usage/bad-argument', /"spec.a" is not FIELD=VALUE/],
    ['set field deployment/web replicas=x', 'usage/bad-argument', /whole number/],
    ['restart', 'usage/bad-argument', /TYPE\/NAME is missing/],
    ['restart deployment/a deployment/b', 'usage/bad-argument', /too many/],
    ['patch deployment/web', 'usage/bad-argument', /The patch is missing/],
    ['patch deployment/web -p {} --patch-file x', 'usage/bad-argument', /both give a patch/],
    ['patch deployment/web -p {} --type yaml', 'usage/bad-argument', /allowed choices are strategic, merge, json/i],
    ['patch deployment/web --patch-file /nowhere', 'usage/bad-argument', /cannot be read \(ENOENT\)/],
    ['apply', 'usage/bad-argument', /--filename <file>' not specified/i],
    ['apply -f /nowhere', 'usage/bad-argument', /-f \/nowhere cannot be read \(ENOENT\)/],
    ['apply -f src', 'usage/not-supported', /src is a folder/],
    ['apply -f https://example.com/x.yaml', 'usage/not-supported', /takes a file, not a URL/],
    [`apply -f ${FILE} deployment/web`, 'usage/bad-argument', /"deployment\/web" is not understood/],
    [`apply -f ${FILE} -k x`, 'usage/bad-argument', /unknown option '-k'/i],
    ['delete', 'usage/bad-argument', /TYPE\/NAME is missing/],
    ['rollback', 'usage/bad-argument', /missing/],
    ['rollback change/abcd2345 --to-time 2h', 'usage/bad-argument', /which change is undone/],
    ['rollback change/abcd2345 -n shop', 'usage/bad-argument', /--namespace is not for change/],
    ['rollback deployment/web --to-time 2h --to-change abcd2345', 'usage/bad-argument', /each name a state/],
    ['rollback deployment/web --overwrite', 'usage/bad-argument', /--overwrite is for change/],
    ['rollback deployment/web --limit 3', 'usage/bad-argument', /--limit is for --list/],
    ['rollback deployment/web --list --dry-run', 'usage/bad-argument', /--list only looks/],
    ['delete deployment/web --force', 'usage/bad-argument', /unknown option '--force'/i],
    ['delete -f x', 'usage/bad-argument', /unknown option '-f'/i],
    ['edit app deploy/web --delete --create -f x', 'usage/bad-argument', /--create and --delete are both given/],
    ['edit app deploy/web --create', 'usage/bad-argument', /--create needs the manifest/],
    ['edit app deploy/web -f x', 'usage/bad-argument', /-f is the manifest of --create/],
    ['edit app deploy/web --delete --set replicas=1', 'usage/bad-argument', /both asked for/],
    ['edit app deploy/web --delete --place p-00112233', 'usage/bad-argument', /where a new object goes/],
    ['edit deploy/web --set replicas=1', 'usage/bad-argument', /object is missing/],
    ['edit --owner /nowhere deploy/web --set replicas=1', 'usage/bad-argument', /--owner \/nowhere cannot be read \(ENOENT\)/],
    ['edit --owner - deploy/web --create -f -', 'usage/bad-argument', /both read stdin/],
    [`edit --owner ${FILE} a b c d --set replicas=1`, 'usage/bad-argument', /"d" is too many/],
    ['break-glass', 'usage/bad-argument', /unknown command/i],
    ['sclae deployment/web', 'usage/bad-argument', /did you mean scale/i],
    ['set imag deployment/web', 'usage/bad-argument', /unknown command|too many arguments/i],
    ['work now', 'usage/bad-argument', /too many arguments/i],
  ]
  for (const [line, code, message] of refused) {
    it(`refuses: writ ${line}`, () => {
      const error = failure(line)
      expect(error.code).to.equal(code)
      expect(error.message).to.match(message).and.match(/[.?)]$/)
      expect(error.hint.length).to.be.greaterThan(5)
    })
  }
})
