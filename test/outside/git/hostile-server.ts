import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One line of Git's wire protocol. */
export function line(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes])
}

/** A line of a side band: 1 is the pack, 2 what is shown to people, 3 a fault. */
export function band(channel: 1 | 2 | 3, text: string | Buffer): Buffer {
  return line(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]))
}

export const FLUSH = Buffer.from('0000')

/** A server of protocol 2 that answers what it likes. `refs` answers where branches are, `fetch` gives what was asked for. */
export async function hostileServer(answers: { readonly refs: (response: ServerResponse) => void, readonly fetch?: (response: ServerResponse) => void }): Promise<{ readonly host: string, readonly url: string, readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => { chunks.push(chunk) })
    request.on('end', () => {
      if (request.method === 'GET') {
        response.setHeader('content-type', 'application/x-git-upload-pack-advertisement')
        response.end(Buffer.concat([line('# service=git-upload-pack\n'), FLUSH, line('version 2\n'), line('ls-refs=unborn\n'), line('fetch=shallow filter\n'), line('object-format=sha1\n'), FLUSH]))
        return
      }
      response.setHeader('content-type', 'application/x-git-upload-pack-result')
      if (Buffer.concat(chunks).includes('command=ls-refs')) answers.refs(response)
      else answers.fetch?.(response)
    })
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`
  return {
    host, url: `http://${host}/a/b.git`,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => { server.close(resolve) })
    },
  }
}

/** Sends a piece again and again until nobody listens. */
export function endlessly(response: ServerResponse, piece: () => Buffer): void {
  // Never at once again: whoever gives it up lives in the same process, and has timers.
  const more = (): void => { if (!response.destroyed && response.write(piece())) setImmediate(more) }
  response.on('drain', () => { setImmediate(more) })
  more()
}
