import { parse } from 'yaml'
import type { Cluster } from '../../../flow/ports.ts'
import { isObject, plainJson, textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import type { IgnoredFields } from '../../../model/overlay.ts'
import { globMatch } from '../glob-match.ts'
import { ignoredIn } from '../ignored-fields.ts'
import { unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'

/** What `argocd-cm` says, as far as it decides about ownership and output. */
export interface ArgoSettings {
  readonly instanceLabel: string
  /** How this Argo CD knows its objects; null where nothing is set, which is by label before 3.0 and by annotation since (argocd-flux.md 1.1). */
  readonly tracking: 'label' | 'annotation' | null
  readonly installationId: string | null
  readonly loadRestrictor: 'root' | 'none'
  /** A key of `argocd-cm` that changes what is rendered, with a version of Kustomize or without, and that Writ does not honour. */
  readonly obstacle: (version: string | undefined) => Obstacle | null
  /** Fields of a kind that are ignored everywhere. */
  readonly ignores: (group: string, kind: string) => readonly IgnoredFields[]
}

const DEFAULT_LABEL = 'app.kubernetes.io/instance'
const IGNORE = 'resource.customizations.ignoreDifferences.'
/** Options of `kustomize build` that only let a kustomization use what Writ refuses to render anyway (charts, plugins of others), or that order its output. */
const HARMLESS = new Set(['--enable-helm', '--enable-alpha-plugins', '--enable-exec', '--enable-star', '--network', '--helm-debug', '--as-current-user'])
const WITH_VALUE = new Set(['--reorder', '--helm-command', '--helm-kube-version', '--helm-api-versions', '--network-name', '--mount', '--env', '-e'])

/** Reads `argocd-cm`; where it is not there, Argo CD runs with its defaults. */
export async function argoSettings(cluster: Cluster, namespace: string): Promise<ArgoSettings> {
  const kind = await cluster.served('', 'ConfigMap')
  const map = kind === null ? null : await cluster.get(kind, namespace, 'argocd-cm')
  const data = map === null ? undefined : valueAt(map, 'data')
  const build = buildOptions(textAt(data, 'kustomize.buildOptions') ?? '')
  return {
    instanceLabel: textAt(data, 'application.instanceLabelKey') || DEFAULT_LABEL,
    tracking: trackingOf(textAt(data, 'application.resourceTrackingMethod')),
    installationId: textAt(data, 'installationID') || null,
    loadRestrictor: build.loadRestrictor,
    obstacle: version => {
      const own = `kustomize.buildOptions.${version ?? ''}`
      if (version !== undefined && textAt(data, own)) return unsupported(`argocd-cm ${own}`)
      return build.strange === null ? null : unsupported('argocd-cm kustomize.buildOptions', `whose ${build.strange.slice(0, 200)} may change what is rendered in a way that this version does not honour`)
    },
    ignores: (group, name) => ignoredEverywhere(data, group, name),
  }
}

/** In `annotation+label` the label is for people only. What Argo CD does not know it takes for its default. */
function trackingOf(method: string | undefined): ArgoSettings['tracking'] {
  return method === 'label' ? 'label' : method === 'annotation' || method === 'annotation+label' ? 'annotation' : null
}

interface BuildOptions { readonly loadRestrictor: 'root' | 'none', /** The first word that is not understood. */ readonly strange: string | null }

function buildOptions(text: string): BuildOptions {
  let loadRestrictor: BuildOptions['loadRestrictor'] = 'root'
  const words = text.split(/\s+/).filter(word => word !== '')
  while (words.length > 0) {
    const [flag, given] = split(words.shift() ?? '')
    if (flag === '--load-restrictor') {
      const value = given ?? words.shift() ?? ''
      if (value !== 'LoadRestrictionsNone' && value !== 'LoadRestrictionsRootOnly') return { loadRestrictor, strange: `${flag} ${value}` }
      loadRestrictor = value === 'LoadRestrictionsNone' ? 'none' : 'root'
    } else if (WITH_VALUE.has(flag)) { if (given === undefined) words.shift() }
    else if (!HARMLESS.has(flag) || (given !== undefined && given !== 'true' && given !== 'false')) return { loadRestrictor, strange: flag }
  }
  return { loadRestrictor, strange: null }
}

/** Flags may be written with `_` for `-`. */
function split(word: string): readonly [string, string | undefined] {
  const equals = word.indexOf('=')
  const flag = (equals < 0 ? word : word.slice(0, equals)).replaceAll('_', '-')
  return [flag, equals < 0 ? undefined : word.slice(equals + 1)]
}

/** Both spellings: one key for each kind, and one text for all. */
function ignoredEverywhere(data: Json | undefined, group: string, kind: string): readonly IgnoredFields[] {
  const keys = isObject(data) ? Object.keys(data) : []
  const own = keys.filter(key => key === `${IGNORE}all` || (key.startsWith(IGNORE) && covers(key.slice(IGNORE.length).replace('_', '/'), group, kind)))
  const combined = read(textAt(data, 'resource.customizations'))
  const among = isObject(combined) ? Object.entries(combined).filter(([name]) => covers(name, group, kind)) : []
  return [
    ...own.map(key => ignored(textAt(data, key), `argocd-cm ${key}`)),
    ...among.flatMap(([name, value]) => { const text = textAt(value, 'ignoreDifferences'); return text === undefined ? [] : [ignored(text, `argocd-cm resource.customizations ${name}`)] }),
  ]
}

/** `group/Kind`, `Kind` of the core group, with wildcards. */
function covers(name: string, group: string, kind: string): boolean {
  const slash = name.indexOf('/')
  return globMatch(slash < 0 ? '' : name.slice(0, slash), group) && globMatch(name.slice(slash + 1), kind)
}

/** What cannot be read may cover every field. */
function ignored(text: string | undefined, at: string): IgnoredFields {
  const value = read(text)
  return isObject(value) ? ignoredIn(value, at) : { at, pointers: [''], jqPaths: [], managers: [] }
}

function read(text: string | undefined): Json | undefined {
  try {
    return text === undefined ? undefined : plainJson(parse(text))
  } catch {
    return undefined
  }
}
