import { posix } from 'node:path'

/** A manifest file that stands in a folder, and the objects in it. */
export interface Sibling { readonly path: string, readonly objects: readonly { readonly kind: string, readonly name: string }[] }

/** What kubectl calls some kinds for short; people name files so, too. */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  configmap: ['cm', 'config'], deployment: ['deploy', 'dep'], service: ['svc'], serviceaccount: ['sa'], ingress: ['ing'], statefulset: ['sts'], daemonset: ['ds'], cronjob: ['cj'], persistentvolumeclaim: ['pvc'],
  horizontalpodautoscaler: ['hpa'], poddisruptionbudget: ['pdb'], networkpolicy: ['netpol'], namespace: ['ns'], servicemonitor: ['sm'], helmrelease: ['hr'], kustomization: ['ks'],
}

type Part = 'name' | 'kind'
/** How a file is called after its object: the words, what stands between them, and how the kind is spelt. */
interface Form { readonly parts: readonly Part[], readonly between: string, readonly kind: (kind: string) => string }

/**
 * The name of a new file, as its siblings are named after their objects: NAME, KIND, NAME-KIND or KIND-NAME, with their separator, spelling and ending.
 * Siblings of the same kind count double. Where none says how, NAME-KIND.
 */
export function fileNameFor(object: { readonly kind: string, readonly name: string }, siblings: readonly Sibling[], taken: (name: string) => boolean): string {
  const ending = mostOf(siblings.map(({ path }) => ({ value: endingOf(path), weight: 1 }))) ?? '.yaml'
  const votes = siblings.flatMap(({ path, objects }) => {
    const [only, ...more] = objects
    const form = only === undefined || more.length > 0 ? null : formOf(posix.basename(path).slice(0, -endingOf(path).length), only)
    return form === null ? [] : [{ value: form, weight: only?.kind === object.kind ? 2 : 1 }]
  })
  const usual: Form = { parts: ['name', 'kind'], between: '-', kind: lower }
  const form = mostOf(votes, one => `${one.parts.join('+')} ${one.between} ${one.kind('ConfigMap')}`) ?? usual
  const wanted = `${written(object, form)}${ending}`
  if (!taken(wanted)) return wanted
  const other = `${written(object, usual)}${ending}`
  if (!taken(other)) return other
  for (let count = 2; ; count++) {
    const next = `${written(object, usual)}-${count}${ending}`
    if (!taken(next)) return next
  }
}

function endingOf(path: string): string {
  return /\.[^./]+$/.exec(path)?.[0] ?? '.yaml'
}

function formOf(base: string, { kind, name }: { readonly kind: string, readonly name: string }): Form | null {
  if (base === safe(name)) return { parts: ['name'], between: '', kind: lower }
  for (const spell of spellings(kind)) {
    const word = spell(kind)
    if (base === word) return { parts: ['kind'], between: '', kind: spell }
    for (const between of ['-', '_', '.']) {
      if (base === `${safe(name)}${between}${word}`) return { parts: ['name', 'kind'], between, kind: spell }
      if (base === `${word}${between}${safe(name)}`) return { parts: ['kind', 'name'], between, kind: spell }
    }
  }
  return null
}

/** As siblings write kinds: small, as it is, in words with dashes, or short. */
function spellings(kind: string): readonly ((kind: string) => string)[] {
  const short = (SHORT[kind.toLowerCase()] ?? []).map((_word, i) => (of: string): string => SHORT[of.toLowerCase()]?.[i] ?? SHORT[of.toLowerCase()]?.[0] ?? lower(of))
  return [lower, same, dashed, ...short]
}

function lower(kind: string): string {
  return kind.toLowerCase()
}

function same(kind: string): string {
  return kind
}

function dashed(kind: string): string {
  return kind.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()
}

function written({ kind, name }: { readonly kind: string, readonly name: string }, form: Form): string {
  return form.parts.map(part => safe(part === 'name' ? name : form.kind(kind))).join(form.between).slice(0, 200)
}

/** Names of RBAC objects may hold what no file name should. */
function safe(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]/g, '-')
}

function mostOf<T>(votes: readonly { readonly value: T, readonly weight: number }[], key: (value: T) => string = String): T | null {
  const counts = new Map<string, { readonly value: T, readonly weight: number }>()
  for (const { value, weight } of votes) counts.set(key(value), { value: counts.get(key(value))?.value ?? value, weight: weight + (counts.get(key(value))?.weight ?? 0) })
  return [...counts.values()].reduce<{ readonly value: T, readonly weight: number } | null>((best, one) => best === null || one.weight > best.weight ? one : best, null)?.value ?? null
}
