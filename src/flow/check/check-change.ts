import { WritError } from '../../model/error.ts'
import type { Check, CheckedVerdict, Unchecked } from '../../model/check.ts'
import type { Environment } from '../../model/environment.ts'
import { refKey, refOf, showRef } from '../../model/resource.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { OwnerReaders } from '../owner-file/owner-file-ask.ts'
import { manifestsIn } from '../owner-file/manifests-in.ts'
import type { GivenFile } from '../owner-file/manifests-in.ts'
import type { PolicyEngine, RenderedObject, Renderer, Tree } from '../ports.ts'
import { openBench } from '../proof/bench.ts'
import type { Bench } from '../proof/bench.ts'
import type { RenderMemory } from '../proof/render-memory.ts'
import type { CheckoutHistory, Environments } from '../world.ts'
import { endsOf } from './base-of.ts'
import type { BaseAsk } from './base-of.ts'
import type { Delivery, Side } from './delivery.ts'
import { effectOf } from './effect-of.ts'
import type { Effect, Run } from './effect-of.ts'
import type { NamedCluster } from './environment-at.ts'
import { nobodyDeploys } from './nobody-deploys.ts'
import { pairsOf, showDelivery } from './pairs.ts'
import type { Pair } from './pairs.ts'
import { readSide } from './read-side.ts'
import { renderSafely } from './render-safely.ts'

/** What the changes are judged by, as a commit of the base branch has it. */
export interface CheckRules {
  readonly policies: PolicyEngine
  /** Where they stand. */
  readonly policiesAt: string
  readonly environments: Environments
  readonly clusters: readonly NamedCluster[]
  /** Where the configuration stands; null where there is none. */
  readonly configuration: string | null
}

/** What a check may use. */
export interface CheckWorld extends OwnerReaders {
  readonly history: CheckoutHistory
  readonly renderers: readonly Renderer[]
  readonly renders: RenderMemory
  /** Throws config/invalid. */
  rules(commit: string, policies: string | null): Promise<CheckRules>
}

/** What is asked of a check. */
export interface CheckRequest extends BaseAsk {
  readonly policies: string | null
  readonly environment: string | null
  readonly owners: readonly GivenFile[]
}

/**
 * What a pull request does to everything that its repository deploys, and what the policies of its base branch say to that. Reaches no cluster, no remote and no
 * network. Throws usage/bad-argument, config/invalid, git/…, render/no-renderer, render/timeout.
 */
export async function checkChange(world: CheckWorld, request: CheckRequest): Promise<Check> {
  const ends = await endsOf(world.history, request)
  const rules = await world.rules(ends.tip, request.policies)
  const atLeast = request.environment === null ? null : environmentNamed(rules.environments, request.environment)
  const given = request.owners.flatMap(file => manifestsIn(file).map(({ object, line }) => ({ object, place: { file: file.name, line } })))
  const base = await openBench(world, world.history, ends.base)
  const head = ends.head === null ? await openBench(world, { tree: () => world.history.standing(), worktree: () => world.history.copy() }, 'working tree') : await openBench(world, world.history, ends.head)
  try {
    const files = changedFiles(base.index.tree, head.index.tree)
    const [before, after] = files.length === 0 ? [NOTHING, NOTHING] : [await readSide(world, base, given), await readSide(world, head, given)]
    const changed = new Set(files)
    const run: Run = { base, head, changed, elsewhere: after.elsewhere, rules: { ...rules, atLeast }, namespaces: new Map([...after.namespaces, ...before.namespaces]) }
    const pairs = (await renamedToo(run, before, after)).filter(pair => isTouched(pair, changed))
    const effects: Effect[] = []
    for (const pair of pairs) effects.push(await effectOf(run, pair))
    const verdicts = await judgeAll(rules.policies, run, effects)
    return {
      base: { commit: ends.base, by: ends.by }, head: ends.head, files,
      rules: { commit: ends.tip, policies: rules.policiesAt, bundle: await rules.policies.bundle(), configuration: rules.configuration },
      deliveries: effects.flatMap(({ delivery }) => delivery ?? []), verdicts,
      unchecked: [...effects.flatMap(({ unchecked }) => unchecked ?? []), ...elsewhereNow(before, after), ...await nobodyDeploys([{ side: after, index: head.index }, { side: before, index: base.index }], files, rules.policiesAt)],
    }
  } finally {
    await base.dispose()
    await head.dispose()
  }
}

const NOTHING: Side = { deliveries: [], elsewhere: [], namespaces: new Map() }

function environmentNamed({ all }: Environments, name: string): Environment {
  const found = all.find(one => one.name === name)
  if (found !== undefined) return found
  throw new WritError('usage/bad-argument', `There is no environment ${name} in the configuration of the base branch.`, { hint: all.length === 0 ? 'Nothing is configured there, so that everything is judged as in prod; leave --environment out.' : `Give one of ${all.map(one => one.name).join(', ')}.` })
}

/** Every path whose content is another one; executable or not makes no difference to what is rendered. */
function changedFiles(before: Tree, after: Tree): readonly string[] {
  const stateOf = (tree: Tree): ReadonlyMap<string, string> => new Map(tree.entries.map(({ path, kind, blob }) => [path, `${kind === 'executable' ? 'file' : kind} ${blob}`]))
  const [old, now] = [stateOf(before), stateOf(after)]
  return [...new Set([...old.keys(), ...now.keys()])].filter(path => old.get(path) !== now.get(path)).sort()
}

function isTouched({ before, after }: Pair, changed: ReadonlySet<string>): boolean {
  if (before === null || after === null) return true
  const reads = ({ closure }: Delivery): boolean => closure.opaque || [...changed].some(file => closure.files.has(file))
  return before.there !== after.there || before.obstacle !== after.obstacle || JSON.stringify([before.ask, before.stated]) !== JSON.stringify([after.ask, after.stated]) || reads(before) || reads(after)
}

/** Folders that nobody names and that render mostly the same objects are one folder that was renamed. */
async function renamedToo({ base, head }: Run, before: Side, after: Side): Promise<readonly Pair[]> {
  const pairs = pairsOf(before.deliveries, after.deliveries, () => false)
  const alone = (side: 'before' | 'after'): readonly Delivery[] => pairs.flatMap(pair => (pair.before === null) !== (pair.after === null) ? pair[side] ?? [] : []).filter(({ owner, obstacle }) => owner === null && obstacle === null)
  const namesOf = async (bench: Bench, delivery: Delivery): Promise<ReadonlySet<string>> => new Set((await objectsOf(bench, delivery)).map(({ object }) => refKey(refOf(object))))
  const [gone, come] = [alone('before'), alone('after')]
  if (gone.length === 0 || come.length === 0) return pairs
  const [old, now] = [await Promise.all(gone.map(one => namesOf(base, one))), await Promise.all(come.map(one => namesOf(head, one)))]
  return pairsOf(before.deliveries, after.deliveries, (from, to) => {
    const [a, b] = [old[gone.indexOf(from)], now[come.indexOf(to)]]
    return a !== undefined && b !== undefined && a.size > 0 && [...a].filter(name => b.has(name)).length * 2 > Math.max(a.size, b.size)
  })
}

async function objectsOf(bench: Bench, { ask }: Delivery): Promise<readonly RenderedObject[]> {
  const [render] = await renderSafely(bench, [ask])
  return render?.ok === true ? render.objects : []
}

async function judgeAll(policies: PolicyEngine, run: Run, effects: readonly Effect[]): Promise<readonly CheckedVerdict[]> {
  const verdicts: CheckedVerdict[] = []
  for (const { delivery, judged } of effects) {
    for (const environment of new Map(judged.map(one => [one.environment.name, one.environment])).values()) {
      const own = judged.filter(one => one.environment.name === environment.name)
      const said = await policies.judge(environment, own.map(({ object }) => object), run.namespaces)
      if (delivery !== null) verdicts.push(...said.map(verdict => about(verdict, own, { delivery: showDelivery(delivery), environment: environment.name })))
    }
  }
  return verdicts
}

function about(verdict: Verdict, judged: Effect['judged'], of: Pick<CheckedVerdict, 'delivery' | 'environment'>): CheckedVerdict {
  const one = judged.find(({ object }) => showRef(object.ref) === verdict.object)
  // What a policy says is never left out for want of a place.
  if (one === undefined) throw new WritError('internal/bug', `A policy judged ${verdict.object}, which it was not asked about.`)
  return { ...verdict, ...of, ref: one.object.ref, place: one.place }
}

/** Owners whose charts or sources are elsewhere, where what they say has changed. */
function elsewhereNow(before: Side, after: Side): readonly Unchecked[] {
  const known = new Set(before.elsewhere.map(({ what, text }) => `${what} ${text}`))
  return after.elsewhere.filter(({ what, text }) => !known.has(`${what} ${text}`)).map(({ what, because, place }) => ({ what, because, place, asItStands: false }))
}
