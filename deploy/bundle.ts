/**
 * Bundles programs: a few files instead of some 1,400. Node reads and links modules one by one; a command that asks a cluster needed
 * three times the processor time for that than for its work. Parts that a program does not need at once stay files of their own
 * (the dynamic imports of the sources).
 */
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'
import { join } from 'node:path'

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
  return Object.keys(metafile.inputs)
}
