import { WritError } from '../model/error.ts'
import type { AnyRepository } from './demo/any-repository.ts'

/** What the door may say. Everything is optional; what is of another type is refused. */
export interface SandboxOptions {
  /** How to call Writ's own command line: this Node, its options, the main file. */
  readonly writ: readonly string[]
  /** What a person types to call it. */
  readonly program: string
  readonly json: boolean
  /** Set where the demo is to run on somebody's own repository. */
  readonly copy: AnyRepository | null
  /** `host:port` for `kube`. */
  readonly listen: string | null
  /** Where `kube` writes its kubeconfig. */
  readonly kubeconfig: string | null
}

const COPY = ['repo', 'path', 'provider', 'set', 'target'] as const
const KNOWN: ReadonlySet<string> = new Set([...COPY, 'namespace', 'container', 'scope', 'output', 'listen', 'kubeconfig', 'writ', 'program'])

/** Reads the options of a door. Throws usage/bad-argument. */
export function readOptions(given: Readonly<Record<string, unknown>>): SandboxOptions {
  const unknown = Object.keys(given).find(key => !KNOWN.has(key) && given[key] !== undefined)
  if (unknown !== undefined) throw new WritError('usage/bad-argument', `The sandbox does not know the option ${unknown}.`)
  const text = (key: string): string | null => {
    const value = given[key]
    if (value === undefined || value === null) return null
    if (typeof value !== 'string') throw new WritError('usage/bad-argument', `The option ${key} takes a text.`)
    return value
  }
  const output = text('output')
  if (output !== null && output !== 'json' && output !== 'text') throw new WritError('usage/bad-argument', `The sandbox prints text or json, not ${output}.`)
  const { writ } = given
  return {
    writ: Array.isArray(writ) ? writ.filter(part => typeof part === 'string') : [], program: text('program') ?? 'writ', json: output === 'json', copy: readCopy(text), listen: text('listen'), kubeconfig: text('kubeconfig'),
  }
}

function readCopy(text: (key: string) => string | null): AnyRepository | null {
  if ([...COPY, 'namespace', 'container', 'scope'].every(key => text(key) === null)) return null
  const need = (key: typeof COPY[number]): string => {
    const value = text(key)
    if (value === null) throw new WritError('usage/bad-argument', `The demo on a repository of your own needs ${key === 'target' ? 'TYPE/NAME' : `--${key}`}.`, { hint: 'writ sandbox demo --repo DIR --path PATH --provider argocd|flux [-n NS] [-c CONTAINER] TYPE/NAME --set FIELD=VALUE' })
    return value
  }
  const provider = need('provider')
  if (provider !== 'argocd' && provider !== 'flux') throw new WritError('usage/bad-argument', `--provider is argocd or flux, not ${provider}.`)
  const scope = text('scope') ?? 'app'
  if (scope !== 'app' && scope !== 'shared') throw new WritError('usage/bad-argument', `--scope is app or shared, not ${scope}.`)
  const target = need('target')
  if (!/^[^/]+\/[^/]+$/.test(target)) throw new WritError('usage/bad-argument', `Name the object as TYPE/NAME, not ${target}.`)
  const path = need('path').replace(/^(?:\.\/)+|^\.$|\/+$/g, '')
  if (path.startsWith('/') || path.split('/').includes('..')) throw new WritError('usage/bad-argument', '--path is a folder inside --repo.')
  return { repo: need('repo'), path, provider, target, set: need('set'), namespace: text('namespace'), container: text('container'), scope }
}
