import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { textAt } from '../../../src/model/json.ts'
import type { Json } from '../../../src/model/json.ts'
import { connect } from '../parts/connection.ts'
import { startGitea } from '../parts/gitea.ts'
import { realAddress, realRuns } from '../scene.ts'
import type { RealAddress } from '../parts/up.ts'

/** The version of a module in a part's go.mod. */
function asked(part: string, module: string): string {
  const mod = readFileSync(join(import.meta.dirname, '..', part, 'go.mod'), 'utf8')
  return new RegExp(`^\\s*(?:require )?${module} (v\\S+)`, 'm').exec(mod)?.[1] ?? 'none'
}

describe('the real parts', () => {
  let real: RealAddress
  before(function () {
    if (!realRuns()) return this.skip()
    const address = realAddress()
    if (address === null) throw new Error('the real parts have gone')
    real = address
  })
  const words = (program: string, ...args: readonly string[]): string => execFileSync(program, args, { encoding: 'utf8' })

  it('have the versions that their go.mod files name', async () => {
    const { body } = await connect(real).request('GET', '/version')
    expect(textAt(body as Json, 'gitVersion')).to.equal(asked('kubernetes', 'k8s.io/kubernetes'))
    expect(words(join(real.folders.kustomize, 'kustomize'), 'version').trim()).to.equal(asked('kustomize', 'sigs.k8s.io/kustomize/kustomize/v5'))
    expect(words(join(real.folders.helm, 'helm'), 'version', '--short')).to.include(asked('helm', 'helm.sh/helm/v3'))
    expect(words(join(real.folders.opa, 'opa'), 'version')).to.include(asked('opa', 'github.com/open-policy-agent/opa').slice(1))
  })

  it('have an opa that evaluates', () => {
    expect(JSON.parse(words(join(real.folders.opa, 'opa'), 'eval', '--format=values', '1 + 1'))).to.deep.equal([2])
  })

  it('have a Gitea that makes a repository', async function () {
    const folder = mkdtempSync(join(tmpdir(), 'writ-gitea-'))
    chmodSync(folder, 0o755)
    try {
      const gitea = await startGitea({ folder: join(folder, 'gitea'), logs: folder, binaries: real.folders.gitea })
      try {
        const answer = await fetch(`${gitea.url}/api/v1/user/repos`, {
          method: 'POST', headers: { authorization: `token ${gitea.token}`, 'content-type': 'application/json' }, body: JSON.stringify({ name: 'apps', auto_init: true, default_branch: 'main' }),
        })
        expect([answer.status, (await answer.json() as { full_name: string }).full_name]).to.deep.equal([201, 'root-of-all/apps'])
      } finally {
        await gitea.program.stop()
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
