import Sqlite from 'better-sqlite3'
import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WritError } from '../../../src/model/error.ts'
import { safeInWal } from '../../../src/outside/store/sqlite.ts'
import { storeError } from '../../../src/outside/store/store-error.ts'
import { openStore } from '../../../src/outside/store/open-store.ts'
import type { Store } from '../../../src/outside/store/open-store.ts'
import { errorOf, failureOf } from '../../contracts/failure.ts'
import { aChange, anEntry } from '../../contracts/samples.ts'

const root = process.getuid?.() === 0

describe('the store in bad circumstances', () => {
  let dir: string
  let path: string
  const stores: Store[] = []
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'writ-faults-'))
    path = join(dir, 'state', 'writ.db')
  })
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close()
    await rm(dir, { recursive: true })
  })

  async function open(at = path, patience = 100): Promise<Store> {
    const store = await openStore({ path: at, clock: { now: () => Date.now() }, process: 'host/one', patience })
    stores.push(store)
    return store
  }
  async function written(): Promise<void> {
    const store = await open()
    await store.changes.add(aChange(), [])
    await store.close()
  }
  async function expectUnusable(word: string): Promise<void> {
    for (const action of [(s: Store) => s.changes.list({ limit: 1 }), (s: Store) => s.changes.add(aChange({ id: 'other' }), [])]) {
      expectNames(await errorOf(action(await open())), 'store/unusable', word)
    }
  }
  function expectNames(error: WritError | null, code: string, ...words: readonly string[]): void {
    expect(error?.code, error?.message).to.equal(code)
    expect(error?.message).to.contain(path)
    for (const word of words) expect(`${error?.message} ${error?.hint}`).to.contain(word)
  }

  it('is empty for reading before the first write, and reading makes nothing', async () => {
    const store = await open()
    expect(await store.changes.get('aaaaaaaa')).to.equal(null)
    expect(await store.changes.find('')).to.deep.equal([])
    expect(await store.changes.list({ limit: 5 })).to.deep.equal([])
    expect(await store.changes.journal('aaaaaaaa')).to.deep.equal([])
    expect(await store.approvals.list('aaaaaaaa')).to.deep.equal([])
    expect(await store.changeRequests.find('r', 'b')).to.equal(null)
    expect(await readdir(dir)).to.deep.equal([])
  })

  it('shows to a reader that looked too early what was written since', async () => {
    const reader = await open()
    expect(await reader.changes.list({ limit: 5 })).to.deep.equal([])
    await (await open()).changes.add(aChange(), [])
    expect(await reader.changes.list({ limit: 5 })).to.have.length(1)
  })

  it('makes folder and files for its owner only, at the first write', async () => {
    const before = process.umask(0)
    try {
      const store = await open()
      await store.changes.add(aChange(), [])
      expect((await stat(join(dir, 'state'))).mode & 0o777).to.equal(0o700)
      for (const file of await readdir(join(dir, 'state'))) expect((await stat(join(dir, 'state', file))).mode & 0o777, file).to.equal(0o600)
      expect(await readdir(join(dir, 'state'))).to.include('writ.db-wal')
    } finally {
      process.umask(before)
    }
  })

  it('takes other people\'s rights away from a file that was copied carelessly', async () => {
    await written()
    await chmod(path, 0o666)
    const store = await open()
    await store.changes.add(aChange({ id: 'other', key: 'other' }), [])
    expect((await stat(path)).mode & 0o777).to.equal(0o600)
  })

  it('leaves the rights of a folder alone that it did not make', async () => {
    await mkdir(join(dir, 'state'))
    await chmod(join(dir, 'state'), 0o755)
    await written()
    expect((await stat(join(dir, 'state'))).mode & 0o777).to.equal(0o755)
  })

  it('is durable and checked: WAL, foreign keys, known to the schema table', async () => {
    await written()
    const file = new Sqlite(path)
    expect(file.pragma('journal_mode', { simple: true })).to.equal('wal')
    expect(file.prepare('select version from schema_version').all()).to.deep.equal([{ version: 1 }])
    file.close()
  })

  it('says that it is locked, in its time, where another process holds it', async () => {
    await written()
    const holder = new Sqlite(path)
    holder.exec('begin immediate')
    try {
      const store = await open(path, 300)
      const began = performance.now()
      expectNames(await errorOf(store.changes.add(aChange({ id: 'other', key: 'other' }), [])), 'store/locked')
      expect(performance.now() - began).to.be.within(290, 2000)
      expect(await store.changes.list({ limit: 5 }), 'reading goes on').to.have.length(1)
    } finally {
      holder.close()
    }
  })

  it('waits for a lock without stopping timers, and goes on once it is given back', async () => {
    await written()
    const holder = new Sqlite(path)
    holder.exec('begin immediate')
    const store = await open(path, 5000)
    let beats = 0
    const timer = setInterval(() => { beats++ }, 30)
    const added = store.changes.add(aChange({ id: 'other', key: 'other' }), [])
    setTimeout(() => holder.close(), 300)
    expect((await added).id).to.equal('other')
    clearInterval(timer)
    expect(beats).to.be.at.least(3)
  })

  it('says once that it waits, where that takes longer than a second', async () => {
    await written()
    const holder = new Sqlite(path)
    holder.exec('begin immediate')
    let said = 0
    const store = await openStore({ path, clock: { now: () => Date.now() }, process: 'host/one', patience: 10_000, waits: () => { said += 1 } })
    stores.push(store)
    setTimeout(() => holder.close(), 1300)
    await store.changes.add(aChange({ id: 'other', key: 'other' }), [])
    await store.changes.add(aChange({ id: 'third', key: 'third' }), [])
    expect(said).to.equal(1)
  })

  it('is unusable where the file is damaged, and is left as it is', async () => {
    await written()
    const bytes = await readFile(path)
    bytes.fill(0xff, 4096, bytes.length)
    await writeFile(path, bytes)
    await expectUnusable('writ.db')
    expect((await readFile(path)).equals(bytes)).to.equal(true)
  })

  it('is unusable where a row is not one that Writ wrote', async () => {
    await written()
    const file = new Sqlite(path)
    file.exec("update change set plan = '{\"digest\": 1'")
    expect(await failureOf((await open()).changes.get('aaaaaaaa'))).to.equal('store/unusable')
    file.exec("update change set plan = '{}'")
    expect(await failureOf((await open()).changes.get('aaaaaaaa'))).to.equal('store/unusable')
    file.exec("update change set status = 'sleeping'")
    expect(await failureOf((await open()).changes.get('aaaaaaaa'))).to.equal('store/unusable')
    file.close()
  })

  it('is unusable where the file is no database, and is left as it is', async () => {
    await mkdir(join(dir, 'state'))
    await writeFile(path, 'shopping list\n'.repeat(100))
    await expectUnusable('not a database')
    expect(await readFile(path, 'utf8')).to.contain('shopping')
  })

  it('is unusable where the file belongs to another program, and is left as it is', async () => {
    await mkdir(join(dir, 'state'))
    const file = new Sqlite(path)
    file.exec('create table bookmark (url text)')
    file.close()
    const bytes = await readFile(path)
    await expectUnusable('another program')
    expect((await readFile(path)).equals(bytes)).to.equal(true)
  })

  it('is unusable where a newer Writ wrote it, and is left as it is', async () => {
    await written()
    const file = new Sqlite(path)
    file.exec("insert into schema_version values (99, '2030-01-01')")
    file.close()
    await expectUnusable('newer Writ')
  })

  it('is unusable where the path leads through a file or is a folder', async () => {
    await writeFile(join(dir, 'plain'), '')
    expect(await failureOf((await open(join(dir, 'plain', 'writ.db'))).changes.add(aChange(), []))).to.equal('store/unusable')
    await mkdir(path, { recursive: true })
    await expectUnusable('writ.db')
  })

  it('is unusable, and not empty, where its folder cannot be looked into', async () => {
    // Rights stop everybody but root; a link to itself stops everybody.
    await symlink('state', join(dir, 'state'))
    expectNames(await errorOf((await open()).changes.list({ limit: 1 })), 'store/unusable', 'cannot be read (ELOOP)')
    await rm(join(dir, 'state'))
    if (root) return
    await written()
    await chmod(join(dir, 'state'), 0)
    try {
      expectNames(await errorOf((await open()).changes.list({ limit: 1 })), 'store/unusable', 'cannot be read (EACCES)')
    } finally {
      await chmod(join(dir, 'state'), 0o700)
    }
  })

  it('cannot be written where the file system is read-only', async function () {
    await written()
    // A bind mount in a namespace of its own needs root; without it the mode bits do the same.
    if (!root) await chmod(join(dir, 'state'), 0o500)
    const answer = root ? inReadOnlyMount(dir, path) : await errorOf((await open()).changes.add(aChange({ id: 'other', key: 'other' }), []))
    if (answer === 'no mount') return this.skip()
    if (!root) await chmod(join(dir, 'state'), 0o700)
    expect(typeof answer === 'string' ? answer : `${answer?.code}: ${answer?.message}`).to.match(/^store\/read-only: /).and.to.contain(path)
  })

  it('cannot be written where its folder cannot be made', async function () {
    // A folder of the kernel's: even root cannot make anything there.
    if (!existsSync('/proc/sys')) this.skip()
    path = '/proc/sys/writ/writ.db'
    const error = await errorOf((await open()).changes.add(aChange(), []))
    expect(error?.code).to.be.oneOf(['store/read-only', 'store/unusable'])
    expectNames(error, error?.code ?? '')
  })

  it('says so where the disk is full, keeps what was there, and goes on when there is room', async function () {
    const full = fillDisk(join(dir, 'small'))
    if (full === null) return this.skip()
    path = join(dir, 'small', 'writ.db')
    try {
      const store = await open()
      let change = await store.changes.add(aChange(), [])
      const error = await errorOf((async () => { for (;;) change = await store.changes.save(change, null, [anEntry({ data: { text: 'x'.repeat(50_000) } })]) })())
      expectNames(error, 'store/read-only')
      expect(await store.changes.get('aaaaaaaa')).to.deep.equal(change)
      full.grow()
      expect((await store.changes.save(change, null, [anEntry()])).version).to.equal(change.version + 1)
      await store.close()
    } finally {
      full.remove()
    }
  })

  it('follows a link to the file without replacing it', async () => {
    await written()
    await symlink(path, join(dir, 'link.db'))
    expect(await (await open(join(dir, 'link.db'))).changes.list({ limit: 2 })).to.have.length(1)
  })

  it('tells how to get the driver where it does not load', () => {
    const causes = [
      Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }),
      Object.assign(new Error('compiled against another version'), { code: 'ERR_DLOPEN_FAILED' }),
      new Error('Could not locate the bindings file. Tried:\n → …'),
    ]
    for (const cause of causes) {
      const error = storeError(path, cause)
      expectNames(error, 'store/unusable', 'better-sqlite3', 'build-essential python3', 'npm rebuild better-sqlite3')
    }
  })

  for (const { version, safe } of [
    { version: '3.51.2', safe: false }, { version: '3.51.3', safe: true }, { version: '3.53.2', safe: true }, { version: '3.7.0', safe: false },
    { version: '3.45.1', safe: false }, { version: '4.0.0', safe: true }, { version: '', safe: false }, { version: 'garbage', safe: false },
  ]) {
    it(`${safe ? 'takes' : 'refuses'} SQLite ${version === '' ? 'without a version' : version}`, () => { expect(safeInWal(version)).to.equal(safe) })
  }

  it('says so where it is used after it was closed', async () => {
    const store = await open()
    await store.changes.add(aChange(), [])
    await store.close()
    expect(await failureOf(store.changes.get('aaaaaaaa'))).to.equal('internal/bug')
    await store.close()
  })
})

/** What a write to a store says in a process that sees the folder mounted read-only. */
function inReadOnlyMount(dir: string, path: string): string {
  const script = `
    import { openStore } from ${JSON.stringify(new URL('../../../src/outside/store/open-store.ts', import.meta.url).href)}
    import { aChange } from ${JSON.stringify(new URL('../../contracts/samples.ts', import.meta.url).href)}
    const store = await openStore({ path: ${JSON.stringify(path)}, clock: { now: () => Date.now() }, process: 'child/1' })
    store.changes.add(aChange({ id: 'other', key: 'other' }), []).then(() => console.log('written'), e => console.log(e.code + ': ' + e.message))`
  try {
    return execFileSync('unshare', ['--mount', 'sh', '-c', 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$2" --import tsx --input-type=module -e "$3"', 'sh', dir, process.execPath, script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'no mount'
  }
}

/** A file system of 1 MB, or null where none can be mounted. */
function fillDisk(at: string): { grow(): void, remove(): void } | null {
  try {
    execFileSync('mkdir', [at])
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', at], { stdio: 'ignore' })
  } catch {
    return null
  }
  return {
    grow: () => { execFileSync('mount', ['-o', 'remount,size=20m', at]) },
    remove: () => { execFileSync('umount', ['-l', at]) },
  }
}
