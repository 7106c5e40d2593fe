import { spawn } from 'node:child_process'
import { expect } from 'chai'
import { endTree } from './end-tree.ts'
import { pause } from './program.ts'

const SLEEPER = `setInterval(() => {}, 1000)`
const CHILD = `const { spawn } = require('child_process'); process.on('SIGTERM', () => {}); const one = spawn(process.execPath, ['-e', '${SLEEPER}'], { detached: true, stdio: 'ignore' }); console.log(one.pid); ${SLEEPER}`

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('ending a tree of processes', () => {
  it('takes those that left the group of their parent, and leaves the root', async function () {
    if (process.platform !== 'linux') return this.skip()
    const root = spawn(process.execPath, ['-e', CHILD], { stdio: ['ignore', 'pipe', 'ignore'] })
    try {
      const below = Number(await new Promise<string>(resolve => { root.stdout.once('data', data => { resolve(String(data)) }) }))
      expect(runs(below)).to.equal(true)
      endTree(root.pid)
      for (let tries = 0; runs(below) && tries < 50; tries++) await pause(100)
      expect(runs(below)).to.equal(false)
      expect(runs(root.pid ?? 0)).to.equal(true)
    } finally {
      root.kill('SIGKILL')
    }
  })
})
