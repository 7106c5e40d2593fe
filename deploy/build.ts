/** `npm run build` (`tsx deploy/build.ts [FOLDER]`): puts the program into dist/. Types are checked by `npm run types`. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { bundle } from './bundle.ts'

const ROOT = join(import.meta.dirname, '..')
const folder = resolve(ROOT, process.argv[2] ?? 'dist')
if (basename(folder) !== 'dist') throw new Error(`${folder} is not called dist, and what is in it would be lost`)
rmSync(folder, { recursive: true, force: true })
const files = await bundle({ main: 'src/main.ts', worker: 'src/outside/policy/worker.ts' }, folder)
writeFileSync(join(folder, 'THIRD-PARTY.txt'), licences(files))

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
