import { expect } from 'chai'
import { textAt } from '../../../src/model/json.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { CliAnswer } from '../../../src/sandbox/writ-cli.ts'
import { web } from '../owners.ts'
import { scenario, settled, shown, V1 } from '../scenario.ts'
import type { Played } from '../scenario.ts'

const FILES = { 'apps/web/web.yaml': web(V1), 'apps/web/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n  namespace: NAMESPACE\ndata:\n  a: b\n' }
/** What keeps an owner from pruning by itself, and what lets Argo CD sync and prune, but put no live edit back: nothing then comes behind a sync. */
const MODES: Readonly<Record<'leaves' | 'prunes', Readonly<Record<'argocd' | 'flux', JsonObject>>>> = {
  leaves: { argocd: { syncPolicy: null }, flux: { prune: false } },
  prunes: { argocd: { syncPolicy: { automated: { prune: true, selfHeal: false } } }, flux: { prune: true } },
}

function sync(scene: Played, ...args: readonly string[]): Promise<CliAnswer> {
  const { kind, name, namespace } = scene.owner.owner
  return scene.writ('sync', `${kind.toLowerCase()}/${name}`, '-n', namespace, ...args)
}

async function verified(answer: CliAnswer): Promise<string> {
  expect([answer.exit, textAt(answer.answer, 'status')], shown(answer)).to.deep.equal([0, 'verified'])
  return Promise.resolve(JSON.stringify(answer.answer))
}

async function isThere(scene: Played): Promise<boolean> {
  return await scene.get({ group: '', version: 'v1', kind: 'ConfigMap', name: 'other' }) !== null
}

/** An object goes from Git, while the owner leaves or prunes. */
async function removed(scene: Played, mode: keyof typeof MODES): Promise<void> {
  await settled(scene)
  await scene.changeOwner({ spec: MODES[mode][scene.owner.tool] })
  await scene.push({ 'apps/web/other.yaml': null }, 'Remove the other')
}

describe('a sync of what is no longer in Git', () => {
  scenario('leaves it where the owner does not prune, and names it; --prune deletes it where the tool can', { name: 'left', class: 'dev', roles: ['writ', 'writ-steer'], files: FILES }, async scene => {
    const other = `ConfigMap ${scene.namespace}/other`
    await removed(scene, 'leaves')
    const planned = await sync(scene, '--dry-run')
    expect(JSON.stringify(planned.answer), shown(planned)).to.include(`no longer in Git and left in the cluster: ${other}`)
    const left = await verified(await sync(scene, '--wait'))
    if (scene.owner.tool === 'argocd') expect(left).to.include(`no longer in Git and not deleted: ${other}`)
    expect(await isThere(scene)).to.equal(true)
    const pruned = await sync(scene, '--prune', '--wait')
    if (scene.owner.tool === 'flux') {
      expect([pruned.exit, textAt(pruned.answer, 'code'), await isThere(scene)], shown(pruned)).to.deep.equal([3, 'UNSUPPORTED', true])
      return
    }
    expect(await verified(pruned)).not.to.include('not deleted')
    expect(await isThere(scene)).to.equal(false)
  })

  scenario('deletes it where the owner prunes by itself', { name: 'pruned', class: 'dev', roles: ['writ', 'writ-steer'], files: FILES }, async scene => {
    await removed(scene, 'prunes')
    const planned = await sync(scene, '--dry-run')
    expect(JSON.stringify(planned.answer), shown(planned)).not.to.include('left in the cluster')
    expect(await verified(await sync(scene, '--wait'))).not.to.include('not deleted')
    expect(await isThere(scene)).to.equal(false)
  })
})
