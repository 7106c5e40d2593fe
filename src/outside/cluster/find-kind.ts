import { WritError } from '../../model/error.ts'
import { closeNames } from '../../model/close-names.ts'
import type { Discovery, Resource } from './discovery.ts'

/** Groups that every cluster has, in the order in which kubectl prefers them; whatever a person installed comes after. */
const BUILT_IN = [
  '', 'apps', 'batch', 'autoscaling', 'policy', 'networking.k8s.io', 'rbac.authorization.k8s.io', 'storage.k8s.io', 'events.k8s.io',
  'admissionregistration.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io',
  'certificates.k8s.io', 'coordination.k8s.io', 'discovery.k8s.io', 'flowcontrol.apiserver.k8s.io', 'node.k8s.io', 'scheduling.k8s.io',
  'resource.k8s.io', 'extensions',
]

/**
 * The resource that a person names: kind, plural, singular or short name, alone or as NAME.GROUP or NAME.VERSION.GROUP, in any case.
 * The preferred version of a group, and built-in groups before all others, as kubectl has it.
 * Throws cluster/unknown-kind with close names, cluster/ambiguous-kind with the choices.
 */
export function findKind(discovery: Discovery, type: string): Resource {
  const asked = type.toLowerCase()
  const matches = matching(discovery.resources, asked)
  const groups = [...new Set(matches.map(one => one.group))]
  const builtIn = BUILT_IN.find(group => groups.includes(group))
  const group = builtIn ?? (groups.length === 1 ? groups[0] : undefined)
  const found = group === undefined ? undefined : matches.find(one => one.group === group)
  if (found !== undefined) return found
  if (groups.length > 1) {
    const choices = groups.map(name => `${asked.split('.')[0] ?? asked}.${name}`)
    throw new WritError('cluster/ambiguous-kind', `Several API groups serve ${asked}.`, { hint: `Say which: ${choices.join(' or ')}.`, data: { choices } })
  }
  throw unknown(discovery, asked)
}

/** Matches by name first, short names only where no name fits. */
function matching(resources: readonly Resource[], asked: string): readonly Resource[] {
  const dot = asked.indexOf('.')
  const name = dot < 0 ? asked : asked.slice(0, dot)
  const inGroup = dot < 0 ? resources : qualified(resources, asked.slice(dot + 1))
  const named = inGroup.filter(one => one.plural === name || one.singular === name || one.kind.toLowerCase() === name)
  return named.length > 0 ? named : inGroup.filter(one => one.shortNames.includes(name))
}

/** `GROUP`, `VERSION.GROUP`, `VERSION` of the core group, or the beginning of a group. */
function qualified(resources: readonly Resource[], rest: string): readonly Resource[] {
  const exact = resources.filter(one => one.group === rest || `${one.version}.${one.group}` === rest || (one.group === '' && (one.version === rest || `${one.version}.` === rest)))
  return exact.length > 0 ? exact : resources.filter(one => one.group.startsWith(`${rest}.`))
}

function unknown(discovery: Discovery, asked: string): WritError {
  const names = discovery.resources.flatMap(one => [one.plural, one.singular, one.kind.toLowerCase()])
  const close = closeNames(asked.split('.')[0] ?? asked, names.filter(name => name !== ''))
  const down = discovery.unknownGroups.length === 0 ? '' : ` These API groups do not answer now: ${discovery.unknownGroups.join(', ')}.`
  const shown = asked.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 80)
  return new WritError('cluster/unknown-kind', `The cluster serves no kind '${shown}'.${down}`, close.length === 0 ? {} : { hint: `Did you mean ${close.join(' or ')}?` })
}
