import { join } from 'node:path'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import type { RepositoryOptions } from '../../../src/outside/git/open-repository.ts'
import { repositoryContract } from '../../contracts/repository.ts'
import { bareRepository } from './bare.ts'
import { gitHttpServer } from './http-server.ts'

const committer = { name: 'Writ', email: 'writ@example.org' }

repositoryContract('a local folder', {
  async open() {
    const remote = await bareRepository()
    const open = (cache: string): ReturnType<typeof openRepository> => openRepository({ url: remote.url, access: { allow: ['file'], host: '' }, cacheDir: join(remote.root, cache), committer })
    return { remote, ...open('cache'), again: () => open('cache-2'), dispose: () => remote.remove() }
  },
})

repositoryContract('a server over http with a token', {
  async open() {
    const remote = await bareRepository()
    const server = await gitHttpServer(remote.root)
    server.login = { username: 'bot', token: 'tok-3n-of-the-test' }
    const options: Omit<RepositoryOptions, 'cacheDir'> = {
      url: server.url('team/app.git'), committer,
      access: { allow: ['http', 'loopback'], host: server.host, credentials: { kind: 'token', username: 'bot', token: () => Promise.resolve('tok-3n-of-the-test') } },
    }
    const open = (cache: string): ReturnType<typeof openRepository> => openRepository({ ...options, cacheDir: join(remote.root, cache) })
    return { remote, ...open('cache'), again: () => open('cache-2'), async dispose() { await server.close(); await remote.remove() } }
  },
})
