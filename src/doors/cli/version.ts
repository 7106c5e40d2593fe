import { existsSync, readFileSync } from 'node:fs'

/** The version of this program. The package is one folder up from dist/, where everything is in one file, and three from here. */
export function version(): string {
  const near = ['../package.json', '../../../package.json'].map(path => new URL(path, import.meta.url)).find(url => existsSync(url))
  const text: unknown = near === undefined ? null : JSON.parse(readFileSync(near, 'utf8'))
  return typeof text === 'object' && text !== null && 'version' in text ? String(text.version) : 'unknown'
}
