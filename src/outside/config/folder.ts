import { resolve } from 'node:path'

/** Where the configuration is: the flag, else WRIT_CONFIG, else ./environments. `from` says which, for messages. */
export function configFolder(flag: string | null, env: Readonly<Record<string, string | undefined>>): { readonly dir: string, readonly from: string } {
  if (flag !== null) return { dir: resolve(flag), from: '--config' }
  const named = env['WRIT_CONFIG']
  if (named !== undefined && named !== '') return { dir: resolve(named), from: 'WRIT_CONFIG' }
  return { dir: resolve('environments'), from: 'the default' }
}
