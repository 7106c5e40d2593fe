import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'
import { Repository } from '../../check/repository.ts'
import { realAddress, realRuns } from '../scene.ts'
import type { RealAddress } from '../parts/up.ts'

const MAIN = join(import.meta.dirname, '..', '..', '..', 'dist', 'main.js')
const CASES = join(import.meta.dirname, '..', '..', 'fixtures', 'check')
const TEMPLATE = `apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: fewpods}
spec:
  crd: {spec: {names: {kind: FewPods}}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package fewpods
      violation[{"msg": msg}] {
        input.review.object.spec.replicas > input.parameters.most
        msg := sprintf("%d are more than %d", [input.review.object.spec.replicas, input.parameters.most])
      }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: FewPods
metadata: {name: at-most-three}
spec: {match: {kinds: [{apiGroups: [apps], kinds: [Deployment]}]}, parameters: {most: 3}}
`
const REGO = 'package main\nwarn contains msg if {\n  endswith(input.spec.template.spec.containers[_].image, ":latest")\n  msg := "latest"\n}\n'

describe('writ check with the real renderers and opa', () => {
  let real: RealAddress
  before(function () {
    if (!realRuns()) return this.skip()
    const address = realAddress()
    if (address === null) throw new Error('the real parts have gone')
    real = address
  })

  it('judges a pull request by Rego and templates of the base branch, whatever the pull request makes of them', () => {
    const repository = new Repository()
    try {
      repository.become(join(CASES, 'overlays', 'base'))
      repository.put({ 'policies/gatekeeper/few.yaml': TEMPLATE, 'policies/rego/images.rego': REGO })
      repository.base()
      repository.become(join(CASES, 'overlays', 'head'))
      repository.put({ 'policies/gatekeeper/few.yaml': TEMPLATE.replace('most: 3', 'most: 99'), 'policies/rego/images.rego': 'package main\nwarn contains "x" if false\n' })
      repository.commit()
      const check = (path: string): { readonly status: number | null, readonly said: readonly string[] } => {
        const { status, stdout } = spawnSync(process.execPath, [MAIN, 'check', '--policies', 'policies', '-o', 'json'], { cwd: repository.dir, encoding: 'utf8', env: { PATH: path, HOME: repository.dir, GITHUB_BASE_REF: 'main' } })
        const answer = JSON.parse(stdout) as { readonly verdicts: readonly { readonly result: string, readonly policy: string, readonly environment: string, readonly message: string | null }[] }
        return { status, said: answer.verdicts.map(({ result, policy, environment, message }) => `${result} ${policy} in ${environment}: ${message ?? ''}`).sort() }
      }
      const renderers = `${real.folders.kustomize}:${real.folders.helm}:/usr/bin:/bin`
      expect(check(`${real.folders.opa}:${renderers}`)).to.deep.equal({ status: 3, said: ['deny FewPods/at-most-three in prod: 4 are more than 3', 'pass FewPods/at-most-three in dev: ', 'warn main.warn in dev: latest', 'warn main.warn in prod: latest'] })
      const without = check(renderers)
      expect(without.status).to.equal(3)
      expect(without.said.every(one => /^error .*opa is not on PATH/.test(one)), without.said.join('\n')).to.equal(true)
    } finally {
      repository.remove()
    }
  })
})
