import { expect } from 'chai'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { textAt, valueAt } from '../../../src/model/json.ts'
import { makeRepository, openGitea } from '../gitea-people.ts'
import type { GiteaPeople, GiteaRepository } from '../gitea-people.ts'
import { deploying, TOOLS, web, webIn } from '../owners.ts'
import { shown, sweep, V1, V2 } from '../scenario.ts'
import { openScene, realAddress, realRuns } from '../scene.ts'
import type { Scene } from '../scene.ts'

interface Pull { readonly number: number, readonly title: string, readonly body: string, readonly state: string, readonly merged: boolean, readonly head: { readonly ref: string } }

describe('the whole story on a real Gitea', () => {
  let gitea: Awaited<ReturnType<typeof openGitea>>

  before(async function () {
    const real = realRuns() ? realAddress() : null
    if (real === null) return this.skip()
    gitea = await openGitea(real)
  })

  after(() => realRuns() ? gitea.stop() : undefined)

  for (const tool of TOOLS) {
    it(`is asked for, reviewed by others, merged in Gitea, synced verified and told on the pull request (${tool})`, async () => {
      const scene = await openScene({ name: `story-${tool}`, class: 'prod', files: { 'README.md': 'nothing here\n' } })
      const repository = await makeRepository(gitea)
      const owner = deploying({ ...scene, url: repository.url }, tool, { path: 'apps/web' })
      try {
        await gitea.call('root', `POST /repos/${repository.path}/contents/apps/web/web.yaml`, { branch: 'main', message: 'Add web', content: Buffer.from(web(V1).replaceAll('NAMESPACE', scene.namespace)).toString('base64') })
        await liveOn(scene, gitea, repository)
        await scene.apply(...owner.objects)
        await scene.seen(webIn(scene), object => valueAt(object, 'status', 'availableReplicas') === 1, 'the Deployment is rolled out')
        const asked = await scene.writ('set', 'image', 'deployment/web', `web=${V2}`, '-n', scene.namespace, '--reason', 'it is time', '--rollback-plan', 'the former image')
        expect([asked.exit, textAt(asked.answer, 'waiting', 'for')], shown(asked)).to.deep.equal([4, 'people'])
        const id = textAt(asked.answer, 'id') ?? ''
        const [pull] = await pulls(gitea, repository)
        const request = String(pull?.number)
        expect(pull?.body).to.include('it is time')

        await repository.people.review(request, 'eve', 'approve')
        await repository.people.review(request, 'ada', 'approve')
        const half = await scene.writ('get', `change/${id}`)
        expect([textAt(half.answer, 'step'), textAt(half.answer, 'waiting', 'for')], shown(half)).to.deep.equal(['approve', 'people'])
        await repository.people.review(request, 'bo', 'approve')
        const reviewed = await scene.writ('work', '--once')
        expect(reviewed.exit, shown(reviewed)).to.equal(4)
        const ready = await scene.writ('get', `change/${id}`)
        expect([textAt(ready.answer, 'step'), textAt(ready.answer, 'waiting', 'sentence')], shown(ready)).to.deep.equal(['merge', 'waits for a person to merge it on gitea'])

        await repository.people.merge(request, 'ada', tool === 'argocd' ? 'merge' : 'squash')
        const followed = await scene.writ('get', `change/${id}`, '--wait')
        expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([0, 'verified'])
        expect(valueAt(followed.answer, 'facts', 'mergedBy'), shown(followed)).to.equal('ada')
        expect(await pulls(gitea, repository)).to.have.length(1)
        const [comment, ...more] = await repository.people.comments(request)
        expect([comment, more]).to.satisfy(([text, others]: readonly [string, readonly string[]]) => /\*\*Verified\*\*/.test(text) && others.length === 0, String(comment))
        expect((await pulls(gitea, repository))[0]?.body).to.include(`change/${id}`)
      } finally {
        await sweep(scene, owner.objects)
        await scene.close()
      }
    })
  }
})

/** Lets Writ of a scene use a repository of the real Gitea, as a person would in its configuration. */
async function liveOn(scene: Scene, gitea: GiteaPeople, repository: GiteaRepository): Promise<void> {
  const folder = scene.env['WRIT_CONFIG'] ?? ''
  const token = join(folder, 'gitea-token')
  await writeFile(token, gitea.tokens['writ-bot'], { mode: 0o600 })
  await change(join(folder, 'writ.yaml'), writ => ({
    ...writ, repositories: [{ match: [repository.url], forge: 'gitea' }],
    forges: [{ name: 'gitea', kind: 'gitea', host: new URL(gitea.url).hostname, api: `${gitea.url}/api/v1`, credentials: { username: 'writ-bot', token: { file: token } }, insecureAllow: ['http', 'loopback'] }],
  }))
  const logins: Readonly<Record<string, string>> = { grace: 'ada', ada: 'bo' }
  await change(join(folder, 'people.yaml'), people => ({
    people: (people['people'] as readonly { name: string, aliases: object }[]).map(person => ({ ...person, aliases: { ...person.aliases, ...logins[person.name] === undefined ? {} : { forge: { gitea: logins[person.name] } } } })),
  }))
}

async function change(file: string, edit: (of: Record<string, unknown>) => object): Promise<void> {
  await writeFile(file, stringify(edit(parse(await readFile(file, 'utf8')) as Record<string, unknown>)))
}

async function pulls(gitea: GiteaPeople, { path }: GiteaRepository): Promise<readonly Pull[]> {
  return await gitea.call('root', `GET /repos/${path}/pulls?state=all`) as unknown as readonly Pull[]
}
