import { expect } from 'chai'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { isRefusal } from '../../src/model/error.ts'
import type { Edit, FieldPath } from '../../src/model/field.ts'
import { showPath } from '../../src/model/field.ts'
import type { ConsumerOwner, Owner } from '../../src/model/owner.ts'
import type { Located, ObjectChange } from '../../src/model/plan.ts'
import { isObject } from '../../src/model/json.ts'
import { isKubernetesObject, podSpecPath, showRef } from '../../src/model/resource.ts'
import { fieldPath } from '../../src/flow/fields/field-path.ts'
import { unifiedDiff } from '../../src/flow/diff.ts'
import { prove } from '../../src/flow/prove.ts'
import { helmRenderer } from '../../src/outside/render/helm.ts'
import { kustomizeRenderer } from '../../src/outside/render/kustomize.ts'
import { manifestOwner } from '../../src/outside/tools/manifest-owner.ts'
import { plan } from '../fixtures/plan.ts'
import { folderRepository, proofWorld } from '../support/proof-world.ts'

/**
 * Golden cases: test/cases/<name>/ holds request.yaml, the repository as repo/, what comes out as expected.json and expected.diff.
 * UPDATE=1 writes the expectations anew; read the diff of every one of them before committing.
 */
const CASES = join(import.meta.dirname, '../cases')
const UPDATE = process.env['UPDATE'] === '1'

const OwnerLine = z.strictObject({
  tool: z.enum(['argocd', 'flux']), name: z.string(), path: z.string(), namespace: z.string().nullable().default(null),
  format: z.enum(['auto', 'kustomize', 'directory']).default('auto'), recurse: z.boolean().default(false), include: z.string().optional(), exclude: z.string().optional(),
  revision: z.string().optional(), unsupported: z.string().nullable().default(null),
  /** What its live object says: `spec` of a Kustomization, `spec.source` of an Application, and what else it has; ConfigMaps by name as they live. */
  spec: z.record(z.string(), z.json()).optional(), more: z.record(z.string(), z.json()).optional(), maps: z.record(z.string(), z.record(z.string(), z.string())).optional(),
})
const Request = z.strictObject({
  /** Why the case is there. */
  about: z.string(),
  owner: OwnerLine,
  others: z.array(OwnerLine).default([]),
  target: z.strictObject({ group: z.string().default('apps'), kind: z.string().default('Deployment'), namespace: z.string().nullable(), name: z.string() }),
  /** `field` of a container or of spec, or `path` as the command takes it. Without `value` it shall go. */
  set: z.array(z.strictObject({ container: z.string().optional(), field: z.string().optional(), path: z.string().optional(), value: z.json().optional(), before: z.union([z.string(), z.number()]).optional() })),
  scope: z.enum(['app', 'shared']).default('app'),
})
type Request = z.infer<typeof Request>

describe('prove, on the golden cases', () => {
  const repository = folderRepository()
  const names = readdirSync(CASES).filter(entry => statSync(join(CASES, entry)).isDirectory() && !entry.startsWith('helm-') && (!entry.startsWith('owner-') || entry.startsWith('owner-plan-')))
  const commits = new Map<string, string>()
  let kustomize = true
  let helm = true

  before(async () => {
    if (UPDATE && process.env['CI'] !== undefined) throw new Error('UPDATE=1 is not for CI')
    repository.commit(names.map(name => join(CASES, name, 'repo'))).forEach((commit, i) => commits.set(names[i] ?? '', commit))
    await repository.reader.tip('main')
    try { await kustomizeRenderer({ timeoutMs: 20_000 }).info() } catch (error) {
      kustomize = false
      console.log(`      the kustomize cases are skipped: ${error instanceof Error ? error.message : ''}`)
    }
    try { await helmRenderer({ timeoutMs: 20_000 }).info() } catch (error) {
      helm = false
      console.log(`      the helm cases are skipped: ${error instanceof Error ? error.message : ''}`)
    }
  })
  after(() => { repository.dispose() })

  for (const name of names) {
    const request = Request.parse(parse(readFileSync(join(CASES, name, 'request.yaml'), 'utf8')))
    it(`${name}: ${request.about}`, async function () {
      if (!kustomize && needsKustomize(join(CASES, name, 'repo'), request)) this.skip()
      if (!helm && name.startsWith('owner-plan-helm-')) this.skip()
      const base = commits.get(name) ?? ''
      const world = proofWorld({ repository, owners: [request.owner, ...request.others].map(line => consumer(line, repository.url)) })
      const outcome = await prove(world, located(request, { base, url: repository.url }))
      const { json, diff } = shown(outcome)
      compareWith(join(CASES, name, 'expected.json'), `${JSON.stringify(json, null, 2)}\n`)
      compareWith(join(CASES, name, 'expected.diff'), diff)
    })
  }
})

function compareWith(file: string, actual: string): void {
  if (UPDATE) writeFileSync(file, actual)
  expect(actual).to.equal(existsSync(file) ? readFileSync(file, 'utf8') : '')
}

function needsKustomize(folder: string, request: Request): boolean {
  return request.owner.tool === 'flux' || readdirSync(folder, { recursive: true }).some(path => /(?:^|\/)[Kk]ustomization(?:\.ya?ml)?$/.test(String(path)))
}

function consumer(line: Request['owner'], url: string): ConsumerOwner {
  const { tool, name, path, format, recurse, include, exclude, namespace, unsupported, revision } = line
  return {
    ref: { tool, kind: tool === 'argocd' ? 'Application' : 'Kustomization', cluster: 'c', namespace: tool === 'argocd' ? 'argocd' : 'flux-system', name },
    source: { url, revision: revision ?? 'main', path },
    render: { format, loadRestrictor: tool === 'flux' ? 'none' : 'root', directory: { recurse: tool === 'flux' || recurse, ...(include === undefined ? {} : { include }), ...(exclude === undefined ? {} : { exclude }) } },
    destination: { cluster: 'c', namespace },
    unsupported,
    ...line.spec === undefined ? {} : { render: liveRules(line).render },
  }
}

/** The rules of an owner as its live object gives them. */
function liveRules({ tool, name, path, spec, more, maps }: Request['owner']): { readonly render: ConsumerOwner['render'], readonly ignores: NonNullable<Owner['ignores']> } {
  const object: unknown = tool === 'flux'
    ? { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name, namespace: 'flux-system' }, spec: { path, sourceRef: { kind: 'GitRepository', name: 'shop' }, ...spec, ...more } }
    : { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name, namespace: 'argocd' }, spec: { destination: { namespace: 'shop' }, ...more, source: { repoURL: 'x', path, ...spec } } }
  const read = isObject(object) && isKubernetesObject(object) ? manifestOwner(object, []) : null
  const [source] = read?.sources ?? []
  if (read === null || source === undefined || read.obstacle !== null) throw new Error(`${name} cannot be read: ${read?.obstacle?.path ?? ''} ${read?.unread[0]?.path ?? ''}`)
  const { substitute, ...render } = source.render
  const filled = substitute === undefined ? {} : { substitute: { ...substitute, sources: substitute.sources.map(one => one.kind === 'inline' ? one : { ...one, values: maps?.[one.name] ?? null }) } }
  return { render: { ...render, ...filled }, ignores: read.ignores({ group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' }) }
}

function located(request: Request, at: { readonly base: string, readonly url: string }): Located {
  const { ref, source, render, destination } = consumer(request.owner, at.url)
  const sample = plan()
  const owner: Owner = { ...ref, uid: 'o', source, render, destination, ...request.owner.spec === undefined ? {} : { ignores: liveRules(request.owner).ignores }, delivery: { automated: true, reverts: true, syncedCommit: null, behindBecause: null }, sourceObject: null }
  return {
    ...sample, request: { ...sample.request, scope: request.scope }, owner, base: at.base, branch: 'main',
    target: { cluster: 'c', version: 'v1', ...request.target }, edits: request.set.map(set => edit(request, set)),
  }
}

function edit(request: Request, set: Request['set'][number]): Edit {
  const [list, name] = set.container?.startsWith('init:') === true ? ['initContainers', set.container.slice(5)] : ['containers', set.container ?? '']
  const container: FieldPath = [...podSpecPath(request.target.kind) ?? [], list, { key: 'name', value: name }]
  const field = set.field ?? ''
  const inContainer: FieldPath = field.startsWith('env.') ? [...container, 'env', { key: 'name', value: field.slice(4) }, 'value'] : [...container, ...(field === 'image' ? ['image'] : ['resources', ...field.split('.')])]
  const path = set.path !== undefined ? fieldPath(set.path, undefined) : set.container === undefined ? ['spec', field] : inContainer
  return { path, before: set.before, after: set.value }
}

function shown(outcome: Awaited<ReturnType<typeof prove>>): { readonly json: object, readonly diff: string } {
  if (isRefusal(outcome)) return { json: { refused: outcome.refused, message: outcome.message, evidence: outcome.refused === 'RENDER_FAILED' ? outcome.evidence.map(({ at }) => ({ at })) : outcome.evidence }, diff: '' }
  if ('noChange' in outcome) return { json: { noChange: outcome.message }, diff: '' }
  const { proven } = outcome
  return {
    json: {
      sentence: proven.proof.sentence,
      places: proven.places,
      changes: proven.proof.changes.map(showChange),
      blast: proven.blast.map(entry => ({
        path: entry.path, owners: entry.owners.map(owner => owner.name), environments: entry.environments,
        ...(entry.changes === null ? { error: entry.error } : { changes: entry.changes.map(showChange) }),
      })),
    },
    diff: proven.files.map(unifiedDiff).join(''),
  }
}

function showChange(change: ObjectChange): object {
  const fields = Object.fromEntries(change.fields.map(field => [showPath(field.path), `${JSON.stringify(field.before)} → ${JSON.stringify(field.after)}`]))
  return { object: showRef(change.object), ...(change.kind === 'changed' ? fields : { kind: change.kind }), ...(change.reordered.length > 0 ? { reordered: change.reordered } : {}) }
}
