import { expect } from 'chai'
import { cruise } from 'dependency-cruiser'
import type { ICruiseResult, IModule } from 'dependency-cruiser'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The import table of src/README.md as data: from (a pattern on src paths) → what it may reach inside src. */
interface Row { readonly name: string, readonly from: RegExp, readonly may: readonly RegExp[] }

const TABLE: readonly Row[] = [
  { name: 'model', from: /^src\/model\//, may: [/^src\/model\//] },
  { name: 'flow', from: /^src\/flow\//, may: [/^src\/(model|flow)\//] },
  { name: 'views', from: /^src\/views\//, may: [/^src\/(model|flow|views)\//] },
  { name: 'operations', from: /^src\/operations\//, may: [/^src\/(model|flow|views|operations)\//] },
  { name: 'doors', from: /^src\/doors\//, may: [/^src\/(model|operations|views)\//, /^src\/doors\/[^/]+\.ts$/] },
  { name: 'outside', from: /^src\/outside\//, may: [/^src\/model\//, /^src\/flow\/ports\.ts$/, /^src\/flow\/world\.ts$/, /^src\/outside\/[^/]+\.ts$/] },
  { name: 'sandbox', from: /^src\/sandbox\//, may: [/^src\/(model|sandbox)\//, /^src\/outside\/(run|argv)\.ts$/] },
]

/** Which npm packages each room may import; what is not named is forbidden. */
const PACKAGES: readonly { readonly from: RegExp, readonly may: readonly string[] }[] = [
  { from: /^src\/model\//, may: ['zod'] },
  { from: /^src\/flow\//, may: ['yaml', 'node:crypto', 'node:path'] },
  { from: /^src\/views\//, may: ['yaml', 'node:crypto', 'node:path'] },
  { from: /^src\/operations\//, may: ['zod'] },
  { from: /^src\/doors\/cli\//, may: ['commander', 'yaml', 'node:*'] },
  { from: /^src\/doors\//, may: ['node:*'] },
  { from: /^src\/sandbox\//, may: ['yaml', 'node:*'] },
  { from: /^src\/outside\/forges\/github\//, may: ['@octokit/rest', '@octokit/auth-app', 'zod', 'node:*'] },
  { from: /^src\/outside\/forges\/gitlab\//, may: ['@gitbeaker/rest', 'zod', 'node:*'] },
  { from: /^src\/outside\/forges\//, may: ['zod', 'node:*'] },
  { from: /^src\/outside\/git\//, may: ['simple-git', 'node:*'] },
  { from: /^src\/outside\/cluster\//, may: ['@kubernetes/client-node', 'yaml', 'zod', 'node:*'] },
  { from: /^src\/outside\/store\//, may: ['better-sqlite3', 'kysely', 'zod', 'node:*'] },
  { from: /^src\/outside\/policy\//, may: ['@marcbachmann/cel-js', 're2js', 'yaml', 'zod', 'node:*'] },
  { from: /^src\/outside\/(config|render|tools)\//, may: ['yaml', 'zod', 'node:*'] },
  { from: /^src\/outside\/[^/]+\.ts$/, may: ['zod', 'node:*'] },
  { from: /^src\/(main|wire)\.ts$/, may: ['node:*'] },
]

describe('architecture', () => {
  let modules: readonly IModule[] = []

  before(async function () {
    this.timeout(60_000)
    const result = await cruise(['src'], {
      tsConfig: { fileName: 'tsconfig.json' },
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
      enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.js', '.json', '.d.ts'] },
    })
    const output = result.output as ICruiseResult
    modules = output.modules.filter(module => module.source.startsWith('src/') && !module.source.endsWith('.d.ts'))
  })

  it('sees the modules that are there', () => {
    const files = sourceFiles()
    expect(files.length).to.be.greaterThan(60)
    expect(modules.map(module => module.source).sort()).to.deep.equal(files.sort())
    expect(modules.flatMap(module => module.dependencies).length).to.be.greaterThan(files.length)
  })

  it('follows the import table between the rooms', () => {
    const broken = modules.flatMap(module => inside(module).filter(to => !mayImport(module.source, to)).map(to => `${module.source} → ${to}`))
    expect(broken).to.deep.equal([])
  })

  it('lets each npm package and Node module live in its one home', () => {
    const broken = modules.flatMap(module => packagesOf(module).filter(name => !mayUse(module.source, name)).map(name => `${module.source} → ${name}`))
    expect(broken).to.deep.equal([])
  })

  it('starts processes in one module only', () => {
    const users = modules.filter(module => packagesOf(module).includes('node:child_process')).map(module => module.source)
    expect(users).to.deep.equal(['src/outside/run.ts'])
  })

  it('imports wire from main only, and the sandbox lazily from wire only', () => {
    const wire = modules.filter(module => inside(module).includes('src/wire.ts')).map(module => module.source)
    expect(wire).to.deep.equal(['src/main.ts'])
    const sandbox = modules.filter(module => !module.source.startsWith('src/sandbox/'))
      .flatMap(module => module.dependencies.filter(dependency => dependency.resolved.startsWith('src/sandbox/')).map(dependency => ({ from: module.source, dynamic: dependency.dynamic })))
    expect(sandbox).to.deep.equal([{ from: 'src/wire.ts', dynamic: true }])
  })

  it('has no cycle, no unresolved import and no file that nothing reaches', () => {
    const dependencies = modules.flatMap(module => module.dependencies.map(dependency => ({ ...dependency, from: module.source })))
    expect(cycle(modules)).to.deep.equal([])
    expect(dependencies.filter(dependency => dependency.couldNotResolve).map(dependency => `${dependency.from} → ${dependency.module}`)).to.deep.equal([])
    const reached = reachable('src/main.ts', modules)
    const workers = modules.filter(module => /[/-]worker\.ts$/.test(module.source)).flatMap(module => [...reachable(module.source, modules)])
    const dead = modules.map(module => module.source).filter(source => !reached.has(source) && !workers.includes(source))
    expect(dead).to.deep.equal([])
  })

  it('keeps files at 400 lines or less and ports at 7 methods or less', () => {
    const long = sourceFiles().filter(file => readFileSync(file, 'utf8').split('\n').length > 401)
    expect(long).to.deep.equal([])
    const ports = readFileSync('src/flow/ports.ts', 'utf8')
    for (const match of ports.matchAll(/export interface (\w+) \{\n([\s\S]*?)\n\}/g)) {
      const methods = (match[2] ?? '').split('\n').filter(line => /^ {2}\w+\(/.test(line))
      expect(methods.length, String(match[1])).to.be.at.most(7)
      expect(methods.filter(line => /^ {2}\w+\?/.test(line)), String(match[1])).to.deep.equal([])
    }
  })

  it('keeps the top level of the repository as it is agreed', () => {
    const allowed = new Set(['package.json', 'package-lock.json', 'tsconfig.json', 'src', 'policies', 'environments.example', 'test', 'README.md', 'docs', 'deploy', 'bench', 'LICENSE', 'node_modules', 'dist'])
    const found = readdirSync('.').filter(name => !name.startsWith('.') && !allowed.has(name))
    expect(found).to.deep.equal([])
  })
})

function mayImport(from: string, to: string): boolean {
  if (from === 'src/wire.ts' || from === 'src/main.ts') return true
  const row = TABLE.find(candidate => candidate.from.test(from))
  if (row === undefined) return false
  const room = /^src\/(?:outside|doors)\/[^/]+\//.exec(from)?.[0]
  return row.may.some(pattern => pattern.test(to)) || (room !== undefined && to.startsWith(room))
}

function mayUse(from: string, name: string): boolean {
  const row = PACKAGES.find(candidate => candidate.from.test(from))
  if (row === undefined) return false
  if (name === 'node:child_process') return from === 'src/outside/run.ts'
  return row.may.some(allowed => allowed === name || (allowed === 'node:*' && name.startsWith('node:')))
}

function inside(module: IModule): readonly string[] {
  return module.dependencies.map(dependency => dependency.resolved).filter(path => path.startsWith('src/') && !path.endsWith('.d.ts'))
}

function packagesOf(module: IModule): readonly string[] {
  const foreign = module.dependencies.filter(dependency => !dependency.resolved.startsWith('src/') && !dependency.module.startsWith('.'))
  return [...new Set(foreign.map(dependency => (dependency.coreModule ? `node:${dependency.module.replace(/^node:/, '')}` : packageName(dependency.module))))]
}

function packageName(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0] ?? specifier
}

/** The first circle of imports, of types or values, as the way around it; empty where there is none. */
function cycle(modules: readonly IModule[]): readonly string[] {
  const next = new Map(modules.map(module => [module.source, inside(module)]))
  const done = new Set<string>()
  const visit = (at: string, way: readonly string[]): readonly string[] => {
    if (way.includes(at)) return [...way.slice(way.indexOf(at)), at]
    if (done.has(at)) return []
    for (const to of next.get(at) ?? []) {
      const found = visit(to, [...way, at])
      if (found.length > 0) return found
    }
    done.add(at)
    return []
  }
  for (const module of modules) {
    const found = visit(module.source, [])
    if (found.length > 0) return found
  }
  return []
}

function reachable(start: string, modules: readonly IModule[]): Set<string> {
  const bySource = new Map(modules.map(module => [module.source, module]))
  const seen = new Set<string>([start])
  const queue = [start]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const module = bySource.get(next)
    for (const to of module === undefined ? [] : inside(module)) {
      if (!seen.has(to)) {
        seen.add(to)
        queue.push(to)
      }
    }
  }
  return seen
}

function sourceFiles(dir = 'src'): string[] {
  return readdirSync(dir).flatMap(name => {
    const path = join(dir, name)
    if (statSync(path).isDirectory()) return sourceFiles(path)
    return path.endsWith('.ts') && !path.endsWith('.d.ts') ? [path] : []
  })
}
