import type { z } from 'zod'
import { readManifests } from '../flow/manifest/read-manifests.ts'
import type { Manifest } from '../flow/manifest/read-manifests.ts'
import { secretValues } from '../flow/manifest/secret-values.ts'
import { WritError } from '../model/error.ts'
import { refOf, showRef } from '../model/resource.ts'
import { answerLines } from '../views/answer-lines.ts'
import { batchLines } from '../views/batch-lines.ts'
import { interruptedDocument, refusalDocument } from '../views/documents.ts'
import type { BatchDocument } from '../views/documents.ts'
import { ChangeInput, ClusterName, ManifestText, NamespaceName, PlaceId } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Caller, Operation } from './operation.ts'
import { PLANNING, propose } from './propose.ts'
import type { Proposed } from './propose.ts'

const Input = ChangeInput.omit({ target: true }).extend({
  cluster: ClusterName.nullable().default(null),
  /** For objects that name none; one that names another is an error. */
  namespace: NamespaceName.nullable().default(null),
  manifest: ManifestText,
  place: PlaceId.nullable().default(null),
})
type Input = z.infer<typeof Input>

/** A larger file is better several requests: each object is a change of its own. */
const MOST = 50

/** `writ apply -f FILE`: every object of the file is a change of its own, in the order of the file: fields that differ, or a new object. */
export const apply: Operation<Input, Proposed | BatchDocument> = {
  name: 'apply',
  summary: 'Create or change objects as manifests say',
  doors: ALL,
  reads: false,
  doing: PLANNING,
  input: Input,
  first: ({ manifest }) => {
    const refused = readManifests(manifest).map(({ object }) => secretValues(refOf(object), object)).find(one => one !== null)
    return refused === undefined || refused === null ? null : refusalDocument(refused)
  },
  run: (caller, { manifest, ...input }) => {
    const manifests = readManifests(manifest)
    checkAll(manifests, input)
    const [only, ...more] = manifests
    return only !== undefined && more.length === 0 ? applyOne(caller, input, only) : applyAll(caller, input, manifests)
  },
  show: answer => answer.kind === 'Batch' ? batchLines(answer) : answerLines(answer),
}

/** Throws usage/bad-argument before anything is asked where the file as a whole is none that can be. */
function checkAll(manifests: readonly Manifest[], { namespace, place }: Pick<Input, 'namespace' | 'place'>): void {
  if (manifests.length > MOST) throw bad(`The file holds ${manifests.length} objects; ${MOST} at once are taken.`, 'Divide it.')
  if (place !== null && manifests.length > 1) throw bad(`--place is the place of one object, and the file holds ${manifests.length}.`, 'Give a file with that object alone.')
  const names = new Set<string>()
  for (const { object } of manifests) {
    const ref = refOf(object)
    const key = `${object.apiVersion} ${showRef(ref)}`
    if (names.has(key)) throw bad(`${showRef(ref)} is in the file twice.`, 'Give each object once.')
    names.add(key)
    if (namespace !== null && ref.namespace !== null && ref.namespace !== namespace) throw bad(`${showRef(ref)} names its namespace itself, and --namespace says ${namespace}.`, 'Leave --namespace out, or correct the manifest.')
  }
}

function applyOne(caller: Caller, { cluster, namespace, place, ...input }: Omit<Input, 'manifest'>, { object, text }: Manifest): Promise<Proposed> {
  const { group, version, kind, name, namespace: own } = refOf(object)
  const target = { cluster, namespace: own ?? namespace, type: [kind.toLowerCase(), version, ...group === '' ? [] : [group]].join('.'), name }
  return propose(caller, { ...input, target }, { verb: 'apply', asks: [{ kind: 'apply', manifest: text }], place })
}

/** One after the other; what is refused or fails keeps no other from being asked. */
async function applyAll(caller: Caller, input: Omit<Input, 'manifest'>, manifests: readonly Manifest[]): Promise<BatchDocument> {
  const items: BatchDocument['items'][number][] = []
  for (const [i, manifest] of manifests.entries()) {
    // What was answered for those before must be told, so that only the first is looked at with nothing to keep.
    const at = i === 0 ? caller : { ...caller, looking: <T>(work: () => Promise<T>) => work() }
    const object = showRef(refOf(manifest.object))
    caller.progress(`${i + 1} of ${manifests.length}: ${object}`)
    items.push({ object, answer: await answerOf(at, () => applyOne(at, input, manifest)) })
  }
  return { kind: 'Batch', items }
}

async function answerOf(caller: Caller, work: () => Promise<Proposed>): Promise<BatchDocument['items'][number]['answer']> {
  if (caller.signal.aborted) return interruptedDocument()
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof WritError)) throw error
    return { kind: 'Failure', status: 'failed', code: error.code, message: error.message, hint: error.hint }
  }
}

function bad(message: string, hint: string): WritError {
  return new WritError('usage/bad-argument', message, { hint })
}
