/** How long `writ --help` takes beside a bare Node, in turns. `npm run build` first. */
import { execFileSync } from 'node:child_process'
import { machineLine, row, timed } from './machine.ts'

const RUNS = 15
const bare: number[] = []
const help: number[] = []
for (let run = 0; run < RUNS; run += 1) {
  bare.push(await timed(() => execFileSync(process.execPath, ['-e', '0'])))
  help.push(await timed(() => execFileSync(process.execPath, ['dist/main.js', '--help'])))
}
console.log(machineLine())
console.log(row('node -e 0', bare, bare))
console.log(row('writ --help', help, bare))
