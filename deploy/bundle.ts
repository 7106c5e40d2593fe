/**
 * Bundles programs: a few files instead of some 1,400. Node reads and links modules one by one; a command that asks a cluster needed
 * three times the processor time for that than for its work. Parts that a program does not need at once stay files of their own
 * (the dynamic imports of the sources).
 */
import { build } from 'esbuild'
import type { OnResolveResult, Plugin } from 'esbuild'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

// The Kubernetes client says nothing of side effects, so that its 700 models would all be kept for two of its classes. Its files are
// a namespace of their own: esbuild then asks here for their imports only, and not for every one of the program.
const CLIENT = 'client'
const onlyWhatIsUsed: Plugin = {
  name: 'only what is used of the Kubernetes client',
  setup: builder => {
    const ofClient = (file: string): OnResolveResult => ({ path: relative(ROOT, file), namespace: CLIENT, sideEffects: false })
    builder.onResolve({ filter: /^@kubernetes\/client-node$/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === CLIENT) return null
      const found = await builder.resolve(path, { kind, importer, resolveDir, pluginData: CLIENT })
      return found.errors.length > 0 ? found : ofClient(found.path)
    })
    // Its own files name each other with their endings.
    builder.onResolve({ filter: /^\.{1,2}\//, namespace: CLIENT }, ({ path, importer }) => ofClient(join(ROOT, dirname(importer), path)))
    builder.onLoad({ filter: /./, namespace: CLIENT }, async ({ path }) => ({ contents: await readFile(join(ROOT, path)), resolveDir: join(ROOT, dirname(path)), loader: 'js' }))
  },
}

/** Writes the programs (name to source) into a folder; gives the names of the files that went into them, from the project's folder. */
export async function bundle(entryPoints: Readonly<Record<string, string>>, folder: string): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT, entryPoints, outdir: folder,
    bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20.19', legalComments: 'inline', logLevel: 'warning', metafile: true,
    // It loads a binary from beside its own files.
    external: ['better-sqlite3'],
    plugins: [onlyWhatIsUsed],
    // CommonJS packages ask for Node's modules by require().
    banner: { js: 'import { createRequire as requireFrom } from \'node:module\'; const require = requireFrom(import.meta.url);' },
  })
  return Object.keys(metafile.inputs).map(name => name.replace(/^client:/, ''))
}
