import { expect } from 'chai'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../../src/outside/cluster/connection.ts'
import { kubernetesCluster } from '../../../src/outside/cluster/kubernetes-cluster.ts'
import { makeCertificates } from '../../../src/sandbox/kube/certificate.ts'
import { errorOf } from '../../contracts/failure.ts'
import { kubeconfigOf } from '../../support/object-server.ts'

for (const kind of ['TCP', 'TLS'] as const) {
  describe(`an API server that accepts ${kind} and never answers`, () => {
    let dir: string
    let port: number
    const sockets = new Set<Socket>()
    let connections = 0
    let server: ReturnType<typeof createServer>
    before(async () => {
      dir = mkdtempSync(join(tmpdir(), 'writ-silent-'))
      const keep = (socket: Socket): void => {
        connections++
        sockets.add(socket)
        socket.on('error', () => undefined).on('close', () => { sockets.delete(socket) }).resume()
      }
      const { ca, ...own } = makeCertificates()
      server = kind === 'TCP' ? createServer(keep) : createTlsServer(own, keep)
      await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
      port = (server.address() as AddressInfo).port
      writeFileSync(join(dir, 'config'), kubeconfigOf(`https://127.0.0.1:${port}`, { ca }))
    })
    beforeEach(() => { connections = 0 })
    after(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
      rmSync(dir, { recursive: true, force: true })
    })

    it('is asked once, told about once, and given up for all that is asked next; later it is asked again', async () => {
      const told: string[] = []
      const cluster = kubernetesCluster(connect({ cluster: 'test', files: [join(dir, 'config')], context: 'test' }, { timeout: 600, patience: 200, tell: line => { told.push(line) } }), 'shop')
      const first = await errorOf(cluster.resolve('deploy'))
      expect([first?.code, first?.retry, first?.message]).to.deep.equal(['cluster/unreachable', true, first?.message])
      expect(first?.message).to.contain('no answer in time')
      const asked = connections
      const began = Date.now()
      for (const name of ['Namespace', 'Pod', 'Node']) expect((await errorOf(cluster.served('', name)))?.code).to.equal('cluster/unreachable')
      expect(Date.now() - began).to.be.lessThan(550)
      expect([asked, connections]).to.deep.equal([2, 2])
      expect(told).to.deep.equal([`waiting for https://127.0.0.1:${port} (cluster test)`])
      await new Promise(resolve => { setTimeout(resolve, 700) })
      await errorOf(cluster.resolve('deploy'))
      expect(connections).to.equal(4)
    })
  })
}
