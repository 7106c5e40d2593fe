import { expect } from 'chai'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WritError } from '../../src/model/error.ts'
import { checkArguments, checkEnvironment } from '../../src/outside/argv.ts'
import type { Program } from '../../src/outside/argv.ts'
import { checkObjectId, checkRef } from '../../src/outside/ref.ts'
import { baseEnvironment, run, start } from '../../src/outside/run.ts'
import { callGit } from '../../src/outside/git/client.ts'
import { gitEnvironment } from '../../src/outside/git/environment.ts'
import { failureOf } from '../contracts/failure.ts'

const ID = 'a'.repeat(40)
const EVIL = 'touch PWNED'

/** The probes of reliability.md E.2: what ran a command, wrote a file or loaded configuration through a Git client. */
const PROBES: readonly (readonly [string, readonly string[]])[] = [
  ['grep with a pager command', ['grep', `-O${EVIL}`, 'x']],
  ['difftool with an external command', ['difftool', '-y', '-x', EVIL, 'HEAD']],
  ['archive with a remote command', ['archive', '--remote=.', `--exec=${EVIL}`, 'HEAD']],
  ['log that writes a file, given as a ref', ['log', '--output=PWNED']],
  ['show that writes a file, given as a ref', ['show', '--output=PWNED']],
  ['diff that writes a file, given as a ref', ['diff', '--output=PWNED']],
  ['checkout of an option as a branch', ['checkout', '--orphan=x']],
  ['fetch with an upload-pack (CVE-2022-24066, -24433)', ['fetch', `--upload-pack=${EVIL}`, '--', 'file:///x']],
  ['fetch with an abbreviated upload-pack (CVE-2022-25912)', ['fetch', `--upload-pa=${EVIL}`, 'file:///x']],
  ['ls-remote with an upload-pack', ['ls-remote', `--upload-pack=${EVIL}`, 'file:///x']],
  ['ls-remote with --exec', ['ls-remote', `--exec=${EVIL}`, 'file:///x']],
  ['push with a receive-pack', ['push', `--receive-pack=${EVIL}`, '--', 'file:///x', `${ID}:refs/heads/x`]],
  ['push with --exec', ['push', `--exec=${EVIL}`, '--', 'file:///x', `${ID}:refs/heads/x`]],
  ['clone with -u (CVE-2022-25860)', ['clone', '-u', EVIL, 'file:///x', 'y']],
  ['clone with a template of hooks', ['clone', '--template=/tmp/evil', 'file:///x', 'y']],
  ['init with a template of hooks', ['init', '--template=/tmp/evil', 'y']],
  ['the ext transport', ['fetch', '--', `ext::sh -c ${EVIL}`, 'main']],
  ['the ext transport in upper case', ['ls-remote', '--', `EXT::sh -c ${EVIL}`]],
  ['the fd transport', ['fetch', '--', 'fd::17', 'main']],
  ['configuration by -c', ['-c', `core.sshCommand=${EVIL}`, 'fetch', '--', 'ssh://x/y']],
  ['configuration by -c without a space', [`-ccore.pager=${EVIL}`, 'log']],
  ['configuration by --config-env', ['--config-env=core.pager=EVIL', 'log']],
  ['configuration by --config of clone (CVE-2026-6951)', ['clone', '--config', 'protocol.ext.allow=always', 'file:///x', 'y']],
  ['configuration by --config in upper case (CVE-2026-28292)', ['clone', '--config', 'PROTOCOL.EXT.ALLOW=always', 'file:///x', 'y']],
  ['configuration that is written', ['config', 'alias.x', `!${EVIL}`]],
  ['another program folder', [`--exec-path=${EVIL}`, 'fetch']],
  ['another repository', ['--git-dir=/tmp/evil', 'log']],
  ['another work folder', ['-C', '/tmp/evil', 'log']],
  ['rebase with a command', ['rebase', '-x', EVIL, 'HEAD~1']],
  ['bisect with a command', ['bisect', 'run', 'touch', 'PWNED']],
  ['submodule with a command', ['submodule', 'foreach', EVIL]],
  ['filter-branch', ['filter-branch', '--tree-filter', EVIL]],
  ['an alias or unknown subcommand', ['pwn']],
  ['a subcommand in upper case', ['FETCH', '--', 'file:///x']],
  ['diff-tree with an external diff', ['diff-tree', '--ext-diff', '-p', ID]],
  ['cat-file with filters', ['cat-file', '--filters', ID]],
  ['cat-file with textconv', ['cat-file', '--textconv', ID]],
  ['hash-object with filters of a path', ['hash-object', '--path=x', '--stdin']],
  ['fetch that starts submodules', ['fetch', '--recurse-submodules=yes', '--', 'file:///x', 'main']],
  ['fetch that reads refs from a file', ['fetch', '--stdin', '--', 'file:///x']],
  ['fetch with a proxy of another host', ['fetch', '--server-option=x', '--', 'file:///x']],
  ['push of everything', ['push', '--mirror', '--', 'file:///x']],
  ['push that deletes', ['push', '--', 'file:///x', ':refs/heads/main']],
  ['push by force', ['push', '--', 'file:///x', `+${ID}:refs/heads/main`]],
  ['push with --force', ['push', '--force', '--', 'file:///x', `${ID}:refs/heads/main`]],
  ['push of two branches', ['push', '--', 'file:///x', `${ID}:refs/heads/a`, `${ID}:refs/heads/b`]],
  ['push to something that is no branch', ['push', '--', 'file:///x', `${ID}:refs/tags/v1`]],
  ['push to wherever configuration says', ['push']],
  ['read-tree into a work tree', ['read-tree', '-u', '-m', ID]],
  ['update-index of a file on disk', ['update-index', '--add', '/etc/passwd']],
  ['update-index by its only operand', ['update-index', '/etc/passwd']],
  ['fast-import that lets its input name files to write', ['fast-import', '--allow-unsafe-features']],
  ['fast-import that writes its marks', ['fast-import', '--export-marks=/etc/passwd']],
  ['commit-tree with a signing program', ['commit-tree', ID, '-S--exec=x']],
  ['commit-tree with a message file', ['commit-tree', '-F']],
  ['an operand that begins with - after --', ['fetch', '--', '-oProxyCommand=x']],
  ['a NUL byte', ['fetch', '--', 'file:///x\0--upload-pack=x']],
  ['nothing at all', []],
  ['a property of every object', ['constructor']],
  ['help, which starts a pager', ['log', '--help']],
]

function refusal(action: () => unknown): string {
  try {
    action()
    return 'no refusal'
  } catch (error) {
    return error instanceof WritError ? error.code : String(error)
  }
}

describe('the arguments of programs', () => {
  for (const [name, args] of PROBES) {
    it(`refuses git: ${name}`, () => { expect(refusal(() => { checkArguments('git', args) })).to.equal('git/refused') })
  }

  it('starts no process for a refused call, by any of the three ways', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'writ-test-argv-'))
    const env = gitEnvironment({ home: dir, protocol: 'file', silence: 5 })
    for (const [name, args] of PROBES) {
      expect(await failureOf(run({ program: 'git', args, env, cwd: dir, timeout: 1000 })), name).to.equal('git/refused')
      expect(await failureOf(callGit({ args, env, cwd: dir, timeout: 1000 })), name).to.equal('git/refused')
      expect(refusal(() => start({ program: 'git', args, env, cwd: dir })), name).to.equal('git/refused')
    }
    expect(existsSync(join(dir, 'PWNED'))).to.equal(false)
    await rm(dir, { recursive: true })
  })

  const others: readonly (readonly [Program, readonly string[]])[] = [
    ['kustomize', ['build', '--enable-helm', '.']], ['kustomize', ['build', '--enable-alpha-plugins', '.']], ['kustomize', ['build', '--enable-exec', '.']], ['kustomize', ['build', '--network', '.']],
    ['kustomize', ['build', '--helm-command=sh', '.']], ['kustomize', ['build', '-o', '/etc/x', '.']], ['kustomize', ['edit', 'set', 'image', 'x']], ['kustomize', ['fn', 'run']],
    ['kubectl', ['apply', '-f', 'x']], ['kubectl', ['kustomize', '--enable-helm', '.']], ['kubectl', ['--kubeconfig', 'x', 'get', 'pods']], ['kubectl', ['plugin']],
    ['helm', ['install', 'web', './chart']], ['helm', ['dependency', 'build']], ['helm', ['repo', 'add', 'x', 'https://x.example']], ['helm', ['pull', 'x']], ['helm', ['plugin', 'list']],
    ['helm', ['template', 'web', './chart', '--post-renderer=/bin/sh']], ['helm', ['template', 'web', './chart', '--dependency-update']], ['helm', ['template', 'web', './chart', '--dry-run=server']],
    ['helm', ['template', 'web', './chart', '--enable-dns']], ['helm', ['template', 'web', './chart', '--output-dir=/etc']], ['helm', ['template', 'web', './chart', '--kubeconfig=x']], ['helm', ['template', 'web', 'oci://x.example/y']],
    ['helm', ['template', 'web', 'https://x.example/y.tgz']], ['helm', ['template', 'web', 'repo/y']], ['helm', ['template', 'web', './chart', '--repo=https://x.example']], ['helm', ['template', 'web', './chart', '--validate']],
    ['helm', ['template', '{{ . }}', './chart']], ['helm', ['template', 'web', '../chart']], ['helm', ['version', 'x']],
    ['ssh-keygen', ['-D', '/tmp/evil.so']], ['ssh-keygen', ['-Y', 'sign', '-w', '/tmp/evil.so']], ['ssh-keygen', ['-s', 'ca', 'x']], ['ssh-keygen', ['-R', 'host']],
  ]
  for (const [program, args] of others) {
    it(`refuses ${program} ${args.join(' ')}`, () => { expect(refusal(() => { checkArguments(program, args) })).to.equal('git/refused') })
  }

  const allowed: readonly (readonly [Program, readonly string[]])[] = [
    ['git', ['fetch', '--quiet', '--no-tags', '--', 'https://x.example/y', `+${ID}:refs/writ/tips/${ID}`]], ['git', ['push', '--porcelain', `--force-with-lease=refs/heads/x:${ID}`, '--', 'https://x.example/y', `${ID}:refs/heads/x`]],
    ['git', ['cat-file', '--batch']], ['git', ['http-backend']], ['git', ['fast-import', '--quiet', '--done', '--date-format=now']], ['git', ['commit-tree', ID, '-p', ID, '-m', '-x']], ['git', ['log', '--format=%H', ID, '--not', ID, '--', '-odd path']],
    ['kustomize', ['build', '.', '--load-restrictor=LoadRestrictionsRootOnly']], ['kubectl', ['kustomize', '.', '--load-restrictor', 'LoadRestrictionsNone']], ['kubectl', ['version', '--client', '-o', 'json']],
    ['helm', ['template', 'web', './chart', '--namespace=shop', '--values=/tmp/x/0.yaml', '--set=a.b=c', '--include-crds']], ['helm', ['version', '--short']],
    ['ssh-keygen', ['-Y', 'verify', '-f', 'allowed', '-I', 'ann', '-n', 'writ/approval/v1', '-s', 'sig']], ['ssh-keygen', ['-t', 'ed25519', '-N', '', '-C', 'x', '-f', 'key', '-q']], ['node', ['--anything']],
  ]
  for (const [program, args] of allowed) {
    it(`allows ${program} ${args.slice(0, 3).join(' ')}`, () => { expect(refusal(() => { checkArguments(program, args) })).to.equal('no refusal') })
  }

  it('shows no value of a refused argument', () => {
    for (const args of [['fetch', '--config=http.extraHeader=s3cr3t'], ['https://bot:s3cr3t@x.example/'], ['fetch', '-u=s3cr3t']]) {
      try {
        checkArguments('git', args)
        expect.fail('not refused')
      } catch (error) {
        expect(String(error)).to.not.contain('s3cr3t')
      }
    }
  })
})

describe('the environment of programs', () => {
  for (const name of ['GIT_SSH', 'GIT_EXTERNAL_DIFF', 'GIT_PROXY_COMMAND', 'GIT_EXEC_PATH', 'GIT_TEMPLATE_DIR', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_OBJECT_DIRECTORY', 'GIT_WORK_TREE', 'GIT_CONFIG_PARAMETERS', 'GIT_CONFIG', 'GIT_EDITOR',
    'git_ssh', 'GIT_TRACE', 'GIT_TRACE_CURL', 'GIT_NAMESPACE', 'LD_PRELOAD', 'LD_LIBRARY_PATH', 'DYLD_INSERT_LIBRARIES', 'BASH_ENV', 'ENV', 'NODE_OPTIONS', 'EDITOR', 'PAGER', 'SSH_ASKPASS', 'PERL5LIB']) {
    it(`refuses ${name}`, () => { expect(refusal(() => { checkEnvironment('git', { [name]: 'x' }) })).to.equal('git/refused') })
  }

  it('gives a child nothing of Writ\'s own environment but where to find programs and put files', async () => {
    const planted: Record<string, string> = { GIT_SSH_COMMAND: EVIL, GIT_EXTERNAL_DIFF: EVIL, GIT_DIR: '/tmp/evil', GITHUB_TOKEN: 's3cr3t', HOME: '/root', HTTPS_PROXY: 'http://evil.example', LD_LIBRARY_PATH: '/tmp/evil' }
    const before = new Map(Object.keys(planted).map(name => [name, process.env[name]]))
    Object.assign(process.env, planted)
    try {
      const script = 'process.stdout.write(JSON.stringify(process.env))'
      const { stdout } = await run({ program: 'node', args: ['-e', script], env: baseEnvironment(), timeout: 10_000 })
      const seen: unknown = JSON.parse(stdout.toString('utf8'))
      expect(Object.keys(Object(seen)).filter(name => !name.startsWith('__')).sort()).to.deep.equal(['LANG', 'LC_ALL', 'PATH', 'TMPDIR'])
      expect(Object.keys(gitEnvironment({ home: '/nonexistent', protocol: null, silence: 1 }))).to.include('GIT_CONFIG_NOSYSTEM').and.not.include('GIT_SSH_COMMAND')
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
  })
})

describe('names of branches and objects', () => {
  const bad = ['', '-x', '--orphan=x', 'a..b', '../x', 'a@{1}', '@', 'a b', 'a\tb', 'a\nb', 'a\0b', 'a\u007fb', 'a~1', 'a^', 'a:b', 'a?', 'a*', 'a[b', 'a\\b', '/a', 'a/', 'a//b', '.a', 'a/.b', 'a.lock', 'a.lock/b', 'a.', 'x'.repeat(201), 'ü'.repeat(101)]
  for (const name of bad) it(`refuses the branch ${JSON.stringify(name.slice(0, 20))}`, () => { expect(refusal(() => checkRef(name))).to.equal('git/refused') })

  for (const name of ['main', 'writ/dev/app/0a1b2c3d-4e5f6071', 'feature/ü', 'a-b_c.d', 'HEAD', 'x'.repeat(200), 'a@b', 'release/1.0']) it(`allows the branch ${name.slice(0, 40)}`, () => { expect(checkRef(name)).to.equal(name) })

  it('takes whole ids alone for ids', () => {
    for (const id of [ID, 'a'.repeat(64)]) expect(checkObjectId(id)).to.equal(id)
    for (const id of ['', 'HEAD', ID.slice(1), `${ID}a`, ID.toUpperCase(), `${ID}\n`, `-${ID.slice(1)}`, `${ID}^{tree}`, 'a'.repeat(63)]) expect(refusal(() => checkObjectId(id)), id).to.equal('git/refused')
  })
})
