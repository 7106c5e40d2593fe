import { expect } from 'chai'
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { WritError } from '../../../src/model/error.ts'
import { edit } from '../../../src/operations/edit.ts'
import { renderMemory } from '../../../src/flow/proof/render-memory.ts'
import { openCheckout } from '../../../src/outside/git/open-checkout.ts'
import { renderers } from '../../../src/outside/render/renderers.ts'
import { declaredOwners } from '../../../src/outside/tools/declared-owners.ts'
import { manifestOwner } from '../../../src/outside/tools/manifest-owner.ts'

/**
 * Golden cases of `writ edit --owner`: test/cases/owner-<name>/ and, for charts, test/cases/helm-<name>/ hold request.yaml, the checkout as repo/, and what comes out. UPDATE=1 writes the
 * expectations anew; read the diff of every one of them before committing.
 */
const CASES = join(import.meta.dirname, '../../cases')
const FOUND_VERSION = /what is here is \d+\.\d+\.\d+/g
const UPDATE = process.env['UPDATE'] === '1'
const RENDERERS = renderers({ timeoutMs: 20_000 })

const Request = z.strictObject({
  /** Why the case is there. */
  about: z.string(),
  /** The file with the owner's manifests, relative to the checkout. */
  owner: z.string(),
  path: z.string().nullable().default(null),
  target: z.string(), namespace: z.string().nullable().default(null),
  scope: z.enum(['app', 'shared']).default('app'), loadRestrictor: z.enum(['root', 'none']).nullable().default(null),
  set: z.array(z.strictObject({ container: z.string().optional(), field: z.string(), value: z.union([z.string(), z.number(), z.null()]), as: z.enum(['field', 'string', 'json']).default('field') })),
})

describe('edit, with the owner\'s own manifest', () => {
  let root: string
  let kustomize = true
  let helm = true

  before(async () => {
    if (UPDATE && process.env['CI'] !== undefined) throw new Error('UPDATE=1 is not for CI')
    root = mkdtempSync(join(tmpdir(), 'writ-owner-cases-'))
    try { await RENDERERS.find(({ format }) => format === 'kustomize')?.info() } catch (error) {
      kustomize = false
      console.log(`      the owner cases are skipped: ${error instanceof Error ? error.message : ''}`)
    }
    try { await RENDERERS.find(({ format }) => format === 'helm')?.info() } catch (error) {
      helm = false
      console.log(`      the helm cases are skipped: ${error instanceof Error ? error.message : ''}`)
    }
  })
  after(() => { rmSync(root, { recursive: true, force: true }) })

  for (const name of readdirSync(CASES).filter(entry => (entry.startsWith('owner-') && !entry.startsWith('owner-plan-')) || entry.startsWith('helm-'))) {
    const folder = join(CASES, name)
    const request = Request.parse(parse(readFileSync(join(folder, 'request.yaml'), 'utf8')))
    it(`${name}: ${request.about}`, async function () {
      if (!kustomize || (name.startsWith('helm-') && !helm)) this.skip()
      const dir = join(root, name)
      cpSync(folder, dir, { recursive: true, verbatimSymlinks: true })
      const { json, diff } = await outcome(join(dir, 'repo'), request)
      compareWith(join(folder, 'expected.json'), `${JSON.stringify(json, null, 2).replaceAll(FOUND_VERSION, 'what is here is FOUND')}\n`)
      compareWith(join(folder, 'expected.diff'), diff)
    })
  }
})

async function outcome(dir: string, request: z.infer<typeof Request>): Promise<{ readonly json: object, readonly diff: string }> {
  const [type, name] = request.target.split('/')
  const owner = { name: join(dir, request.owner), text: readFileSync(join(dir, request.owner), 'utf8') }
  const asks = request.set.map(({ container, field, value, as }) => field === 'image' && container !== undefined ? { kind: 'image', container, value: String(value) }
    : field === 'replicas' ? { kind: 'replicas', value } : { kind: 'field', container: container ?? null, field, value: value === null ? null : String(value), as })
  const world = { checkout: await openCheckout(dir), renderers: RENDERERS, renders: renderMemory(0), declaredOwners, manifestOwner }
  try {
    const answer = await edit(world, { owner, path: request.path === null ? null : join(dir, request.path), type, name, namespace: request.namespace, asks, scope: request.scope, loadRestrictor: request.loadRestrictor, dryRun: true })
    const { status, code, message, evidence, changes, blast, files } = answer
    const said = status === 'refused' ? { refused: code, message, evidence } : { status, message, places: evidence.map(({ at }) => at), changes: changes.map(({ object, path, before, after }) => `${object.kind} ${object.namespace ?? '-'}/${object.name} ${path}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`), blast }
    return { json: said, diff: files.map(file => file.diff).join('') }
  } catch (error) {
    if (error instanceof WritError) return { json: { failed: error.code, message: error.message.replaceAll(`${dir}/`, '') }, diff: '' }
    throw error
  }
}

function compareWith(file: string, actual: string): void {
  if (UPDATE) writeFileSync(file, actual)
  expect(actual).to.equal(existsSync(file) ? readFileSync(file, 'utf8') : '')
}
