import type { Verdict } from '../../../model/verdict.ts'
import type { Admission } from '../admission.ts'
import { regoModule } from './module.ts'
import type { RegoModule } from './module.ts'
import { regoVerdict, regoVerdicts } from './rego-verdicts.ts'
import type { RegoRules } from './rego-set.ts'
import { askRule } from './said.ts'

/** conftest's names of rules that say something. */
const SAYS = /^(?:deny|violation|warn)(?:_[A-Za-z0-9]+)*$/

/** One rule of one package, which may stand in several files. */
interface Rule { readonly package: readonly string[], readonly name: string, readonly file: string, readonly asks: readonly string[] }

/**
 * Judges objects by the Rego of a policy folder, as conftest does (policy.md 1.4): the rules deny, violation and warn, and those that begin so, of every package;
 * the input is the rendered object. What goes is no input of theirs, as with conftest.
 */
export async function judgeRego({ files }: RegoRules, admissions: readonly Admission[], timeoutMs: number): Promise<readonly Verdict[]> {
  const there = admissions.filter(({ object }) => object !== null)
  if (files.length === 0 || there.length === 0) return []
  const read = await Promise.all(files.map(file => regoModule(file, [1, 0])))
  const modules = read.flatMap(one => 'failed' in one ? [] : [one])
  const failed = read.flatMap(one => 'failed' in one ? [one] : [])
  // What cannot be read may be what denies, or what another one is made of.
  const verdicts = failed.flatMap(({ path, failed: message }) => there.map(admission => regoVerdict({ policy: path, binding: '', severity: null, file: path, admission }, 'error', { message })))
  const rules = rulesOf(modules)
  const exceptions = modules.filter(module => module.rules.includes('exception'))
  if (rules.length === 0 && failed.length === 0) return blocked(files.map(({ path }) => path), there, 'it has no rule deny, violation or warn')
  if (exceptions.length > 0) return blocked(exceptions.map(({ path }) => path), there, 'exceptions of conftest are not honoured')
  if (failed.length > 0) return verdicts
  for (const rule of rules) verdicts.push(...await judgeRule(rule, modules, { admissions: there, timeoutMs }))
  return verdicts
}

function rulesOf(modules: readonly RegoModule[]): readonly Rule[] {
  const found = new Map<string, Rule>()
  // Whatever a package may call of the folder counts: what is not known to one is not known to those that use it.
  const asks = [...new Set(modules.flatMap(module => module.asks))]
  for (const module of modules) {
    for (const name of module.rules.filter(one => SAYS.test(one))) {
      const key = JSON.stringify([module.package, name])
      if (!found.has(key)) found.set(key, { package: module.package, name, file: module.path, asks })
    }
  }
  return [...found.values()]
}

async function judgeRule(rule: Rule, files: readonly RegoModule[], of: { readonly admissions: readonly Admission[], readonly timeoutMs: number }): Promise<readonly Verdict[]> {
  const subject = { policy: [...rule.package, rule.name].join('.'), binding: '', severity: null, file: rule.file }
  if (rule.asks.length > 0) return of.admissions.map(admission => regoVerdict({ ...subject, admission }, 'error', { message: `the Rego of this folder asks for ${rule.asks.join(' and ')}, which is not known here` }))
  const before = of.admissions.filter(({ oldObject }) => oldObject !== null)
  const inputs = [...of.admissions.map(({ object }) => object), ...before.map(({ oldObject }) => oldObject)]
  const said = await askRule({ files, package: rule.package, rule: rule.name, inputs, timeoutMs: of.timeoutMs })
  return of.admissions.flatMap((admission, i) => {
    const old = before.indexOf(admission)
    return regoVerdicts({ ...subject, admission }, rule.name.startsWith('warn') ? 'warn' : 'deny', { now: said[i] ?? { failed: 'opa did not answer for this object' }, before: old < 0 ? null : said[of.admissions.length + old] ?? null })
  })
}

function blocked(paths: readonly string[], admissions: readonly Admission[], message: string): readonly Verdict[] {
  return paths.flatMap(path => admissions.map(admission => regoVerdict({ policy: path, binding: '', severity: null, file: path, admission }, 'error', { message })))
}
