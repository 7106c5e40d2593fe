/**
 * How long it takes to find the owner of an object among many Applications, beside `kubectl get applications -A -o json | jq`, on the embedded API:
 * `npm run bench:owner -- [APPLICATIONS] [RESOURCES]`, 5000 and 200 where nothing is said. What is measured: a process that holds the index by watches, and a
 * command that lists once. Both look for a second prover, too.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { nearestOwner } from '../src/flow/owner/owner-chain.ts'
import { isRefusal } from '../src/model/error.ts'
import type { KubernetesObject } from '../src/model/resource.ts'
import { systemClock } from '../src/outside/clock.ts'
import { connect } from '../src/outside/cluster/connection.ts'
import { kindReader } from '../src/outside/cluster/kind-reader.ts'
import { kubernetesCluster } from '../src/outside/cluster/kubernetes-cluster.ts'
import { argocdTool } from '../src/outside/tools/argocd/argocd-tool.ts'
import { fluxTool } from '../src/outside/tools/flux/flux-tool.ts'
import { ownerIndexes } from '../src/outside/tools/owner-indexes.ts'
import { machineLine, median, timed } from './machine.ts'
import { startOwnerApi } from './owner/start-api.ts'

const call = promisify(execFile)
const [applications = 5000, resources = 200] = process.argv.slice(2).map(Number)
const LOOKS = 200

console.log(machineLine())
console.log(`${applications} Applications × ${resources} resources`)
const api = await startOwnerApi({ applications, resources })
const dir = mkdtempSync(join(tmpdir(), 'writ-bench-owner-'))
const kubeconfig = join(dir, 'kubeconfig')
writeFileSync(kubeconfig, api.kubeconfig)
let requests = 0
const real = connect({ cluster: 'bench', files: [kubeconfig], context: 'writ-sandbox' })
const connection = { ...real, send: (request: Parameters<typeof real.send>[0]) => { requests += 1; return real.send(request) } }
const cluster = kubernetesCluster(connection, 'default')
const clusters = { all: [cluster], choose: () => cluster, named: () => cluster }
const config = [{ name: 'bench', context: 'writ-sandbox' }]
const world = { clusters, clock: systemClock() }

try {
  const baseline = await timed(() => viaKubectl(applications >> 1))
  print('kubectl get applications -A -o json | jq', baseline, baseline)

  // The client's own modules are loaded by the first request, and by the first watch.
  await cluster.served('', 'ConfigMap')
  await import('@kubernetes/client-node')
  const before = memory()
  const cold = ownerIndexes({ clusters, config, kinds: kindReader(() => connection) })
  requests = 0
  const coldTime = await timed(() => look(cold, applications >> 1))
  print('cold: one paged list and the look-up', coldTime, baseline)
  console.log(`  ${requests} requests, discovery included; ${megabytes(memory() - before)} more in use after it`)

  const held = ownerIndexes({ clusters, config, kinds: kindReader(() => connection) })
  print('beginning to hold the index', await timed(() => held.hold()), baseline)
  const { owners, keys, bytes } = held.size()
  console.log(`  ${owners} owners, ${keys} keys in ${megabytes(bytes)}; the heap holds ${megabytes(memory() - before)} more than before`)
  await look(held, 0)
  const times: number[] = []
  let most = 0
  for (let i = 0; i < LOOKS; i += 1) {
    requests = 0
    times.push(await timed(() => look(held, Math.floor((i * applications) / LOOKS))))
    most = Math.max(most, requests)
  }
  const sorted = times.toSorted((a, b) => a - b)
  const slow = sorted[Math.floor(LOOKS * 0.95)] ?? Number.NaN
  print(`held: a look-up, median of ${LOOKS}`, median(times), baseline)
  print(`held: a look-up, p95 of ${LOOKS}`, slow, baseline)
  console.log(`  at most ${most} API requests for each, that for the object itself included`)
  const good = median(times) <= baseline / 100 && most <= 3
  console.log(good ? 'goal met: at most 1 % of kubectl and jq, at most 3 requests' : 'GOAL MISSED: more than 1 % of kubectl and jq, or more than 3 requests')
  held.release()
  if (!good) process.exitCode = 1
} finally {
  rmSync(dir, { recursive: true, force: true })
  await api.stop()
}

/** Reads the object, then who deploys it, and that nobody else does. */
async function look(indexes: ReturnType<typeof ownerIndexes>, application: number): Promise<void> {
  const kind = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }
  const name = api.nameOf(application, 1)
  const live: KubernetesObject | null = await cluster.get(kind, 'default', name)
  if (live === null) throw new Error(`${name} is not there`)
  const options = { clusters, config, indexes }
  const { chosen } = await nearestOwner(world, [argocdTool(options), fluxTool(options)], { target: { cluster: 'bench', group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name }, live })
  if (chosen === null || isRefusal(chosen) || chosen.owner.name !== `app-${application}`) throw new Error(`the owner of ${name} was not found: ${JSON.stringify(chosen)}`)
}

/** The same question as a person asks it. */
async function viaKubectl(application: number): Promise<void> {
  const filter = `[.items[] | select(any(.status.resources[]?; .kind == "ConfigMap" and .namespace == "default" and .name == "${api.nameOf(application, 1)}")) | .metadata.name]`
  const { stdout } = await call('sh', ['-c', 'kubectl get applications.argoproj.io -A -o json | jq -c "$FILTER"'], { env: { ...process.env, KUBECONFIG: kubeconfig, FILTER: filter }, maxBuffer: 2 ** 20 })
  const found: unknown = JSON.parse(stdout)
  const expected: readonly unknown[] = [`app-${application}`]
  if (JSON.stringify(found) !== JSON.stringify(expected)) throw new Error(`kubectl and jq found ${stdout}`)
}

function memory(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}

function print(name: string, time: number, baseline: number): void {
  console.log(`${name.padEnd(44)} ${time.toFixed(time < 100 ? 1 : 0).padStart(9)} ms   ${((100 * time) / baseline).toFixed(2)} %`)
}

