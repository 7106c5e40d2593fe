/**
 * `npm run build` (`tsx deploy/build.ts [FOLDER]`): puts the program into dist/ as a few files instead of some 1,400. Node reads and links modules one by one; a
 * command that asks a cluster needed three times the processor time for that than for its work.
 * Parts that a command does not need stay files of their own (the dynamic imports of the sources). Types are checked by `npm run types`.
 */
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

// The Kubernetes client says nothing of side effects, so that its 700 models would all be kept for two of its classes.
const CLIENT = /[\\/]@kubernetes[\\/]client-node[\\/]dist[\\/]/
const onlyWhatIsUsed: Plugin = {
  name: 'only what is used of the Kubernetes client',
  setup: builder => {
    builder.onResolve({ filter: /./ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === onlyWhatIsUsed || !(CLIENT.test(importer) || path === '@kubernetes/client-node')) return null
      const found = await builder.resolve(path, { kind, importer, resolveDir, pluginData: onlyWhatIsUsed })
      return CLIENT.test(found.path) ? { ...found, sideEffects: false } : found
    })
  },
}

const folder = resolve(ROOT, process.argv[2] ?? 'dist')
if (basename(folder) !== 'dist') throw new Error(`${folder} is not called dist, and what is in it would be lost`)
rmSync(folder, { recursive: true, force: true })
const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: { main: 'src/main.ts', worker: 'src/outside/policy/worker.ts' },
  outdir: folder, bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20.19', legalComments: 'inline', logLevel: 'warning', metafile: true,
  // It loads a binary from beside its own files.
  external: ['better-sqlite3'],
  plugins: [onlyWhatIsUsed],
  // CommonJS packages ask for Node's modules by require().
  banner: { js: 'import { createRequire as requireFrom } from \'node:module\'; const require = requireFrom(import.meta.url);' },
})
writeFileSync(join(folder, 'THIRD-PARTY.txt'), licences(Object.keys(metafile.inputs)))

/** The licence texts of the packages whose code is in dist/, as they ask for. Throws where a package brings none. */
function licences(files: readonly string[]): string {
  const folders = [...new Set(files.flatMap(file => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []))].sort()
  return folders.map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'))
    const text = readdirSync(join(ROOT, folder)).filter(file => /^(?:licen[cs]e|notice)/i.test(file)).map(file => readFileSync(join(ROOT, folder, file), 'utf8').trim())
    if (text.length === 0 && license === undefined) throw new Error(`${folder} names no licence`)
    return [`${name} ${version} (${license})`, ...text].join('\n\n')
  }).join(`\n\n${'-'.repeat(80)}\n\n`)
}
