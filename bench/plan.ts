/** How long a plan takes on the example repository, render time apart, beside cloning, editing, committing and pushing the same change by hand. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { plan } from '../src/flow/plan.ts'
import type { Renderer } from '../src/flow/ports.ts'
import type { World } from '../src/flow/world.ts'
import type { ChangeRequest } from '../src/model/request.ts'
import { REPOSITORY } from '../src/sandbox/example/files.ts'
import { startSandbox } from '../src/sandbox/up.ts'
import { connect } from '../src/wire.ts'
import { machineLine, median, row, timed } from './machine.ts'

const RUNS = 7
// Never synchronous: the Git server runs in this process.
const call = promisify(execFile)
const TARGETS = [
  { title: 'plain', namespace: 'shop-dev', name: 'web', file: 'shop/web/dev/web.yaml' },
  { title: 'kustomize', namespace: 'shop-dev', name: 'cart', file: 'shop/cart/overlays/dev/kustomization.yaml' },
] as const

const sandbox = await startSandbox({})
Object.assign(process.env, sandbox.env)
const { world, identity, close } = await connect({ dir: sandbox.config })
try {
  console.log(machineLine())
  for (const target of TARGETS) await compare(target)
} finally {
  await close()
  await sandbox.stop()
}

async function compare(target: typeof TARGETS[number]): Promise<void> {
  const request: ChangeRequest = {
    verb: 'scale', target: { cluster: null, namespace: target.namespace, type: 'deployment', name: target.name }, asks: [{ kind: 'replicas', value: 4 }], scope: 'app',
    requester: identity, reason: 'bench', incident: null, rollbackPlan: null,
  }
  const byHand: number[] = []
  const whole: number[] = []
  const rendering: number[] = []
  await plan(world, request)
  for (let run = 0; run < RUNS; run += 1) {
    byHand.push(await timed(() => editByHand(target.file, run)))
    const measured = withRenderTime(world)
    whole.push(await timed(() => plan(measured.world, request)))
    rendering.push(measured.spent())
  }
  console.log(row(`${target.title}: clone, edit, commit, push by hand`, byHand, byHand))
  console.log(row(`${target.title}: plan`, whole, byHand))
  console.log(row(`${target.title}: of which rendering`, rendering, byHand))
  console.log(`${target.title}: plan without rendering is ${(median(whole.map((time, at) => time - (rendering[at] ?? 0))) / median(byHand)).toFixed(2)} of doing it by hand`)
}

/** The same world with a clock around its renderers; renders may run side by side, so this is their sum. */
function withRenderTime(of: World): { readonly world: World, readonly spent: () => number } {
  let spent = 0
  const renderers: Renderer[] = of.renderers.map(renderer => ({
    ...renderer,
    render: async job => {
      const start = performance.now()
      try {
        return await renderer.render(job)
      } finally {
        spent += performance.now() - start
      }
    },
  }))
  return { world: { ...of, renderers }, spent: () => spent }
}

async function editByHand(file: string, run: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'writ-bench-'))
  const git = (...args: string[]): Promise<unknown> => call('git', ['-C', dir, '-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args])
  try {
    await call('git', ['clone', '--quiet', '--depth', '1', sandbox.git.urlOf(REPOSITORY), dir])
    const path = join(dir, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(replicas|count): \d+/, `$1: ${run + 5}`))
    await git('commit', '--quiet', '--all', '--message', 'bench')
    await git('push', '--quiet', 'origin', `HEAD:refs/heads/bench-${run}-${Date.now()}`)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
