import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCheckout } from '../../../src/outside/git/open-checkout.ts'
import { failureOf } from '../../contracts/failure.ts'

describe('a checkout', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'writ-test-checkout-'))
    mkdirSync(join(root, '.git'))
    mkdirSync(join(root, 'app/deep'), { recursive: true })
    writeFileSync(join(root, 'app/a.yaml'), 'a: 1\n')
    writeFileSync(join(root, 'app/deep/b.yaml'), 'b: 1\n')
    writeFileSync(join(root, '.git/config'), 'secret')
  })
  afterEach(() => { rmSync(root, { recursive: true, force: true }) })

  it('begins where .git stands, and takes paths from where Writ was called', async () => {
    const checkout = await openCheckout(join(root, 'app'))
    expect([checkout.inside('deep'), checkout.inside('.'), checkout.inside('..'), checkout.inside(join(root, 'app/deep/'))]).to.deep.equal(['app/deep', 'app', '', 'app/deep'])
    expect(await failureOf(Promise.resolve().then(() => checkout.inside('../..')))).to.equal('usage/bad-argument')
  })

  it('is the folder itself where there is no repository around it', async () => {
    rmSync(join(root, '.git'), { recursive: true })
    const checkout = await openCheckout(join(root, 'app'))
    expect([checkout.inside('deep'), (await checkout.tree()).entries.map(({ path }) => path).sort()]).to.deep.equal(['deep', ['a.yaml', 'deep/b.yaml']])
  })

  it('shows the files as they stand, symbolic links as such, and nothing of .git', async () => {
    symlinkSync('/etc/passwd', join(root, 'app/link.yaml'))
    writeFileSync(join(root, 'app/bytes.yaml'), Buffer.from([0xff, 0xfe, 0x00]))
    const tree = await (await openCheckout(root)).tree()
    expect(tree.entries.map(({ path, kind }) => `${kind} ${path}`).sort()).to.deep.equal(['file app/a.yaml', 'file app/bytes.yaml', 'file app/deep/b.yaml', 'symlink app/link.yaml'])
    expect([...await tree.read(['app/a.yaml', 'app/link.yaml', 'app/bytes.yaml', '.git/config', 'nowhere'])]).to.deep.equal([['app/a.yaml', 'a: 1\n']])
  })

  it('lays out a copy whose changes never reach the files', async () => {
    const worktree = await (await openCheckout(root)).worktree()
    await worktree.apply([{ path: 'app/a.yaml', before: 'a: 1\n', after: 'a: 2\n' }])
    expect([readFileSync(join(worktree.dir, 'app/a.yaml'), 'utf8'), readFileSync(join(root, 'app/a.yaml'), 'utf8'), existsSync(join(worktree.dir, '.git'))]).to.deep.equal(['a: 2\n', 'a: 1\n', false])
    await worktree.dispose()
    expect(existsSync(worktree.dir)).to.equal(false)
  })

  it('says where no temporary folder can be made', async () => {
    const former = process.env['TMPDIR']
    process.env['TMPDIR'] = join(root, 'nowhere')
    try {
      expect(await failureOf((await openCheckout(root)).worktree())).to.equal('files/no-scratch')
    } finally {
      if (former === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = former
    }
  })

  it('writes changed, new and removed files, and keeps their modes', async () => {
    chmodSync(join(root, 'app/a.yaml'), 0o640)
    await (await openCheckout(root)).write([
      { path: 'app/a.yaml', before: 'a: 1\n', after: 'a: 2\n' }, { path: 'new/c.yaml', before: null, after: 'c: 1\n' }, { path: 'app/deep/b.yaml', before: 'b: 1\n', after: null },
    ])
    expect([readFileSync(join(root, 'app/a.yaml'), 'utf8'), statSync(join(root, 'app/a.yaml')).mode & 0o777, readFileSync(join(root, 'new/c.yaml'), 'utf8'), existsSync(join(root, 'app/deep/b.yaml'))])
      .to.deep.equal(['a: 2\n', 0o640, 'c: 1\n', false])
    expect(readdirSync(join(root, 'app'))).to.deep.equal(['a.yaml', 'deep'])
  })

  it('lets one of two edits of one text win, and tells the other', async () => {
    const checkout = await openCheckout(root)
    const ends = await Promise.all(['2', '3', '4'].map(value => failureOf(checkout.write([{ path: 'app/a.yaml', before: 'a: 1\n', after: `a: ${value}\n` }]))))
    expect(ends.filter(end => end === 'edit/changed-meanwhile')).to.have.length(2)
    expect(readFileSync(join(root, 'app/a.yaml'), 'utf8')).to.match(/^a: [234]\n$/)
    expect(readdirSync(join(root, '.git'))).to.deep.equal(['config'])
  })

  it('waits for nobody who is gone, and takes away what a killed process left', async () => {
    const gone = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim()
    const checkout = await openCheckout(root)
    await checkout.write([{ path: 'app/a.yaml', before: 'a: 1\n', after: 'a: 2\n' }])
    const lock = `writ-edit-${createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 16)}.lock`
    writeFileSync(join(root, '.git', lock), gone)
    mkdirSync(join(root, '.git/writ-edit'))
    writeFileSync(join(root, '.git/writ-edit/.writ-1-1.tmp'), 'half')
    await checkout.write([{ path: 'app/a.yaml', before: 'a: 2\n', after: 'a: 3\n' }])
    expect([readFileSync(join(root, 'app/a.yaml'), 'utf8'), readdirSync(join(root, '.git'))]).to.deep.equal(['a: 3\n', ['config']])
  })

  const never: readonly (readonly [string, () => void, string])[] = [
    ['a file that changed meanwhile', () => { writeFileSync(join(root, 'app/deep/b.yaml'), 'b: 7\n') }, 'edit/changed-meanwhile'],
    ['a file that went meanwhile', () => { rmSync(join(root, 'app/deep/b.yaml')) }, 'edit/changed-meanwhile'],
    ['a file that became a symbolic link', () => { rmSync(join(root, 'app/deep/b.yaml')); symlinkSync('../a.yaml', join(root, 'app/deep/b.yaml')) }, 'git/refused'],
    ['a folder in the place of a file', () => { rmSync(join(root, 'app/deep/b.yaml')); mkdirSync(join(root, 'app/deep/b.yaml')) }, 'git/refused'],
  ]
  for (const [name, spoil, code] of never) {
    it(`writes nothing at all where one of the changes meets ${name}`, async () => {
      const checkout = await openCheckout(root)
      spoil()
      expect(await failureOf(checkout.write([{ path: 'app/a.yaml', before: 'a: 1\n', after: 'a: 2\n' }, { path: 'app/deep/b.yaml', before: 'b: 1\n', after: 'b: 2\n' }]))).to.equal(code)
      expect(readFileSync(join(root, 'app/a.yaml'), 'utf8')).to.equal('a: 1\n')
      expect(readdirSync(join(root, 'app')).filter(file => file.includes('tmp'))).to.deep.equal([])
    })
  }

  it('puts back what it wrote where a later file cannot be written', async () => {
    mkdirSync(join(root, 'other'))
    const checkout = await openCheckout(root)
    // The name is too long for the file beside it, but not for the path check.
    const failed = await failureOf(checkout.write([{ path: 'app/a.yaml', before: 'a: 1\n', after: 'a: 2\n' }, { path: `other/${'x'.repeat(255)}/${'y'.repeat(300)}`, before: null, after: 'x' }]))
    expect([failed, readFileSync(join(root, 'app/a.yaml'), 'utf8')]).to.deep.equal(['edit/write-failed', 'a: 1\n'])
  })

  it('writes through no symbolic link to a folder', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'writ-test-outside-'))
    symlinkSync(outside, join(root, 'app/out'))
    const failed = await failureOf((await openCheckout(root)).write([{ path: 'app/out/x.yaml', before: null, after: 'x' }]))
    const written = readdirSync(outside)
    rmSync(outside, { recursive: true })
    expect([failed, written]).to.deep.equal(['git/refused', []])
  })
})
