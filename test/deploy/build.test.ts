import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

describe('the built program', function () {
  this.timeout(60_000)
  let folder: string
  const texts = (): string => readdirSync(join(folder, 'dist')).filter(name => name.endsWith('.js')).map(name => readFileSync(join(folder, 'dist', name), 'utf8')).join('\n')
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'writ-build-'))
    execFileSync(process.execPath, ['--import', 'tsx', 'deploy/build.ts', join(folder, 'dist')])
    copyFileSync('package.json', join(folder, 'package.json'))
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  })
  after(() => { rmSync(folder, { recursive: true, force: true }) })

  it('says its version and its commands wherever it lies', () => {
    const ask = (...words: readonly string[]): string => execFileSync(process.execPath, [join(folder, 'dist', 'main.js'), ...words], { encoding: 'utf8', cwd: tmpdir() })
    expect(ask('--version').trim()).to.equal(JSON.parse(readFileSync('package.json', 'utf8')).version)
    expect(ask('--help')).to.contain('Usage: writ COMMAND')
  })

  it('holds a few files, and of the Kubernetes client only what it uses', () => {
    expect(readdirSync(join(folder, 'dist')).length).to.be.lessThan(60)
    expect(texts()).to.match(/class KubeConfig\b|KubeConfig = class/).and.not.match(/class V1DeploymentSpec|V1DeploymentSpec = class/)
  })

  it('brings the licence of every package whose code it holds', () => {
    const licences = readFileSync(join(folder, 'dist', 'THIRD-PARTY.txt'), 'utf8')
    const names = [...new Set(Array.from(texts().matchAll(/^(?:\/\/ |var init_|.*")(?:\.\.\/)*(?:\S*[/:])?node_modules\/((?:@[^/]+\/)?[^/"]+)\//gm), found => found[1] ?? ''))]
    expect(names).to.include.members(['commander', 'yaml', 'zod', '@kubernetes/client-node'])
    for (const name of names) expect(licences, name).to.match(new RegExp(`^${name} \\d`, 'm'))
  })
})
