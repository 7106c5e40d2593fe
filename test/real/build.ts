/** `tsx test/real/build.ts [PART …]`: builds parts and prints their folders, one a line, for a PATH. Exits 1 where one cannot be built. */
import { build, PARTS } from './parts/build.ts'

const asked = process.argv.slice(2)
for (const part of PARTS.filter(name => asked.length === 0 || asked.includes(name))) {
  const built = build(part)
  if ('missing' in built) {
    console.error(built.missing)
    process.exitCode = 1
  } else {
    console.log(built.folder)
    console.error(`${part}: ${built.seconds === 0 ? 'there already' : `built in ${built.seconds.toFixed(0)} s`}`)
  }
}
