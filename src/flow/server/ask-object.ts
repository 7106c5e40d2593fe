import { fieldAt, withField } from '../../model/field.ts'
import { isObject } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { ServerAnswer } from '../../model/plan.ts'
import { showRef } from '../../model/resource.ts'
import type { ApiServer, Cluster } from '../ports.ts'
import type { DryRun, Objection } from '../../model/dry-run.ts'
import { mergePatch } from './merge-patch.ts'
import { notServed, placedIn } from './placed-in.ts'
import type { Placed } from './placed-in.ts'
import { schemaObjections } from './schema-objections.ts'
import type { Subject } from './subjects.ts'

/** What was asked, and what of the answer speaks against the change itself. */
export interface Asked { readonly answer: Omit<ServerAnswer, 'object' | 'cluster'>, readonly objections: readonly Objection[] }

/** Who is asked. `within`: milliseconds for each of its answers. */
export interface Server { readonly cluster: Cluster, readonly server: ApiServer, readonly within: number }

/** Who Writ is in a dry run: nobody's fields are taken away by it. */
const MANAGER = 'writ-dry-run'

/**
 * Asks a server whether it would take an object: by a dry run of applying it, or where the caller may not do that in the types that it publishes. Only what the
 * change brings counts; what the server has against the object as it renders today is a warning. Throws what a server throws that gives no answer.
 */
export async function askObject(where: Server, subject: Subject): Promise<Asked> {
  const { cluster } = where
  const placed = await placedIn({ cluster, namespace: subject.destination.namespace }, subject.after)
  if (placed === null) return unasked(notServed(cluster, subject.after))
  if (placed.object.name === '') return unasked('the object has no name of its own')
  const said = await dryApply(where, placed)
  switch (said.kind) {
    case 'made': return takenAway(where, placed, subject)
    case 'forbidden': return askSchema(where, placed, subject)
    case 'absent': case 'unable': return unasked(said.sentence)
    case 'denied': return accepted([`admission would deny it to the caller, and may judge ${showRef(placed.object)} otherwise when its owner applies it: ${said.sentence}`])
    case 'refused': return weighed(where, placed, { subject, said: said.objections })
  }
}

function dryApply({ server, within }: Server, { kind, applied }: Placed): Promise<DryRun> {
  return server.dryApply(kind, applied, { manager: MANAGER, strict: true, within })
}

/** The answer for an object about which nothing was asked. */
export function unasked(because: string): Asked {
  return { answer: { asked: 'not asked', because, warnings: [] }, objections: [] }
}

function accepted(warnings: readonly string[]): Asked {
  return { answer: { asked: 'dry run', because: null, warnings }, objections: [] }
}

/**
 * An apply leaves what other managers own: that something is taken away a server sees only where the live object is tried without it. What it objects to then, and
 * not to the live object as it is, the change brings.
 */
async function takenAway(where: Server, placed: Placed, subject: Subject): Promise<Asked> {
  if (!subject.fields.some(field => field.path.length > 0 && field.after === undefined)) return accepted([])
  const alone = await patchedAlone(where, placed, subject)
  if (alone === null || alone.kind === 'made') return accepted([])
  if (alone.kind !== 'refused') return accepted([`what the change takes away was not tried: ${alone.sentence}`])
  const asItIs = await patchedAlone(where, placed, { ...subject, fields: [] })
  const old = asItIs?.kind === 'refused' ? asItIs.objections : []
  return { ...accepted([]), objections: alone.objections.filter(one => !old.some(other => shown(other) === shown(one))) }
}

/**
 * What the change brings of what is objected to: not what is objected to without it, and nothing where the live object takes the changed fields alone (a field
 * that the change takes away stays when another manager applies).
 */
async function weighed(where: Server, placed: Placed, { subject, said }: { readonly subject: Subject, readonly said: readonly Objection[] }): Promise<Asked> {
  const [before, alone] = await Promise.all([objectionsBefore(where, subject), patchedAlone(where, placed, subject)])
  if (alone?.kind === 'made') {
    const takes = subject.fields.some(field => field.after === undefined)
    return accepted(takes ? [] : said.map(one => `the server takes the changed fields, but objects to applying the object as a whole: ${shown(one)}`))
  }
  const isOld = (one: Objection): boolean => before.some(other => shown(other) === shown(one))
  const brought = said.filter(one => !isOld(one))
  const hidden = brought.length > 0 || alone?.kind !== 'refused' ? [] : alone.objections.filter(one => !isOld(one) && touches(subject, one))
  return {
    answer: { asked: 'dry run', because: null, warnings: said.filter(isOld).map(one => `the server objects to it without this change, too: ${shown(one)}`) },
    objections: brought.length > 0 ? brought : hidden,
  }
}

/** The words of an objection with its field. */
export function shown({ field, sentence }: Objection): string {
  return field === null ? sentence : `${field}: ${sentence}`
}

/** Only what lies on the way of a changed field can be the change's own. */
function touches({ fields }: Subject, { field }: Objection): boolean {
  const steps = (field ?? '').replaceAll(/\[[^\]]*\]/g, '').split('.')
  return field === null || fields.some(({ path }) => {
    const own = path.filter(step => typeof step === 'string')
    return own.slice(0, steps.length).every((step, i) => step === steps[i] || /^\d+$/.test(step))
  })
}

async function objectionsBefore(where: Server, { before, destination }: Subject): Promise<readonly Objection[]> {
  const placed = before === null ? null : await placedIn({ cluster: where.cluster, namespace: destination.namespace }, before)
  const said = placed === null ? null : await dryApply(where, placed)
  return said?.kind === 'refused' ? said.objections : []
}

/** The live object with the changed fields and nothing else; null where it is not there, or may not be read. */
async function patchedAlone({ cluster, server, within }: Server, { kind, object }: Placed, { fields }: Subject): Promise<DryRun | null> {
  if (fields.some(field => field.path.length === 0)) return null
  const live = await cluster.get(kind, object.namespace, object.name)
  if (live === null) return null
  // What is there already as asked needs no patch, and says nothing.
  const wanted = fields.reduce<Json | undefined>((all, { path, after }) => fieldAt(all, path) === undefined && after === undefined ? all : withField(all, path, after), live)
  return isObject(wanted) ? server.dryPatch(kind, { namespace: object.namespace, name: object.name, patch: mergePatch(live, wanted) }, { manager: MANAGER, strict: true, within }) : null
}

/** The published types of the kind against the changed fields: what the server can be asked without a right to write. */
async function askSchema({ server, within }: Server, { kind, object }: Placed, { fields }: Subject): Promise<Asked> {
  const noRight = `no right to patch ${kind.plural}${kind.group === '' ? '' : `.${kind.group}`}`
  const schemas = await server.schemas(kind, within)
  const found = schemas === null ? null : schemaObjections(schemas, object, fields)
  if (schemas === null || found === null) return unasked(`${noRight}, and the server publishes no type for ${kind.kind}`)
  const before = schemaObjections(schemas, object, fields.map(({ path, before: after }) => ({ path, after }))) ?? []
  return { answer: { asked: 'schema', because: noRight, warnings: [] }, objections: found.filter(one => !before.some(other => shown(other) === shown(one))) }
}
