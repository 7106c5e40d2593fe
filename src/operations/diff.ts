import { z } from 'zod'
import { diffObjectLive, diffOwnerLive } from '../flow/live-diff/diff-live.ts'
import { isRefusal, refuse, WritError } from '../model/error.ts'
import type { Refusal } from '../model/error.ts'
import type { LiveDiff } from '../model/live-diff.ts'
import type { TargetAsk } from '../model/request.ts'
import { refusalLines } from '../views/answer-lines.ts'
import { refusalDocument } from '../views/documents.ts'
import type { RefusalDocument } from '../views/documents.ts'
import { diffDocument, liveDiffLines } from '../views/live-diff-lines.ts'
import type { DiffDocument } from '../views/live-diff-lines.ts'
import { TargetInput } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Caller, Operation } from './operation.ts'

const Input = z.strictObject({ target: TargetInput.nullable().default(null), app: TargetInput.omit({ type: true }).nullable().default(null) })
  .refine(({ target, app }) => (target === null) !== (app === null), 'must name an object or an app, one of them')

const APPS = ['applications.argoproj.io', 'kustomizations.kustomize.toolkit.fluxcd.io', 'helmreleases.helm.toolkit.fluxcd.io']

/** `writ diff TYPE/NAME` and `writ diff --app NAME`: Git against live, field by field, only what Git declares. */
export const diff: Operation<z.infer<typeof Input>, DiffDocument | RefusalDocument> = {
  name: 'diff',
  summary: 'Show where live objects are not as Git says',
  doors: ALL,
  reads: true,
  doing: 'looking: reading the owner, rendering its source, and asking the API server what applying it would do',
  input: Input,
  run: async (caller, { target, app }) => {
    const found = target !== null ? await diffObjectLive(caller.world, target) : await byApp(caller, { cluster: null, namespace: null, name: '', ...app })
    return isRefusal(found) ? refusalDocument(found) : diffDocument(found)
  },
  show: answer => answer.kind === 'Refusal' ? refusalLines(answer) : liveDiffLines(answer),
}

/** The owner of that name, of whatever kind; two of them are a question. */
async function byApp({ world }: Caller, app: Omit<TargetAsk, 'type'>): Promise<LiveDiff | Refusal> {
  const answers: { readonly type: string, readonly found: LiveDiff | Refusal }[] = []
  const missing: WritError[] = []
  for (const type of APPS) {
    try {
      answers.push({ type, found: await diffOwnerLive(world, { ...app, type }) })
    } catch (error) {
      if (!(error instanceof WritError) || (error.code !== 'cluster/not-found' && error.code !== 'cluster/unknown-kind')) throw error
      missing.push(error)
    }
  }
  const [only, ...more] = answers
  if (only === undefined) throw missing.find(error => error.code === 'cluster/not-found') ?? new WritError('cluster/not-found', `There is no owner ${app.name}.`)
  return more.length === 0 ? only.found : refuse('AMBIGUOUS', `${answers.length} owners are called ${app.name}.`, answers.map(({ type }) => ({ sentence: `${type}/${app.name}` })), 'Name its namespace with -n, or the objects one by one.')
}
