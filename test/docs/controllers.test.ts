import { expect } from 'chai'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { FAILURES } from '../../src/model/codes.ts'
import { FAILURE_CLASSES, VERIFY_STATES } from '../../src/model/observation.ts'
import { FAILURE_TEXTS, failureClass } from '../../src/outside/tools/failure-class.ts'
import { scan } from './pages.ts'
import { isWhole, namesIn, sentencesOf, standsIn, textsOf } from './sentences.ts'
import { codeOf, tablesOf } from './tables.ts'
import type { Table } from './tables.ts'

const tools = (name: string): readonly string[] => readdirSync(`src/outside/tools/${name}`).map(file => join('src/outside/tools', name, file))
const PAGES = [
  {
    file: 'docs/argocd.md', sources: tools('argocd'), groups: (group: string) => !group.includes('flux'),
    says: ['application-block', 'application-failure', 'observe-application', 'observe-hydrator', 'operation-state', 'sync-windows'].map(name => `src/outside/tools/argocd/${name}.ts`),
    played: ['argocd'],
  },
  {
    file: 'docs/flux.md', sources: tools('flux'), groups: (group: string) => group !== 'argoproj.io',
    says: ['kustomization-state', 'observe-kustomization', 'observe-helm-release'].map(name => `src/outside/tools/flux/${name}.ts`),
    played: ['kustomize-controller', 'helm-controller'],
  },
] as const
const COMMON = 'docs/verification.md'
/** What verification is made of, but for what others use of it, too. */
const BESIDE = new Set(['generate-paths.ts', 'stays-live.ts', 'watching.ts'])
const VERIFYING = ['src/flow/verify.ts', ...readdirSync('src/flow/verify').filter(name => !BESIDE.has(name)).map(name => join('src/flow/verify', name))]
const COMMON_SAYS = [...VERIFYING, 'src/flow/fields/removed-field.ts', 'src/outside/cluster/api-error.ts']
/** Said to nobody, or only a value in a sentence. */
const UNSAID = new Set(['not set', 'no commit', 'The change reached verify without ….', 'an adapter for …', 'a merge commit', 'Log in again, or check the user of the context.',
  'Check certificate-authority and tls-server-name of the cluster in the kubeconfig.', 'An object of this size is more than Writ reads; make it smaller.'])

describe('the pages of the controllers', () => {
  for (const { file, sources, groups, says, played } of PAGES) {
    describe(file, () => {
      const tables = tablesOf(file)
      const under = (heading: string): Table => tables.find(table => table.heading === heading) ?? { heading, columns: [], rows: [] }

      it('explains each rule of deploy/kubernetes/rbac.yaml, and no other', () => {
        const wanted = rulesOf().filter(({ groups: all }) => all.some(groups)).map(rule => shown({ ...rule, groups: rule.groups.filter(groups) }))
        const rows = tables.filter(table => table.columns.join() === 'groups,resources,verbs,what for,without it')
        const explained = rows.flatMap(({ rows: all }, i) => all.map(row => shown({ role: i === 0 ? 'writ' : 'writ-steer', groups: codeOf(row['groups']), resources: codeOf(row['resources']), verbs: codeOf(row['verbs']) })))
        expect(explained).to.have.members(wanted)
        for (const row of rows.flatMap(table => table.rows)) expect([row['what for'], row['without it']], JSON.stringify(row)).to.not.include('')
      })

      it('names each state that a change can be in, and no other', () => {
        const names = namesIn([...VERIFYING, ...sources])
        const possible = VERIFY_STATES.filter(state => names.has(state))
        expect(under('States').rows.flatMap(row => codeOf(row['state']))).to.have.members(possible)
        for (const row of under('States').rows) expect(row['what to do'], row['state']).to.match(/\w/)
        const timed = under('Time limits').rows.flatMap(row => codeOf(row['state']))
        expect(timed).to.have.members(possible.filter(state => !state.startsWith('BLOCKED_') && state !== 'UNREACHABLE'))
        const blocks = under('What people must lift').rows.flatMap(row => codeOf(row['state']))
        expect([...new Set(blocks)]).to.have.members(possible.filter(state => namesIn(says).has(state) && state.startsWith('BLOCKED_')))
      })

      it('names each end that a merged change can have, and no other', () => {
        const rolledBack = namesIn(sources).has('rolledBack')
        const ends = Object.keys(FAILURES).filter(code => code.startsWith('verify/') && (rolledBack || code !== 'verify/rolled-back'))
        expect(under('Ends').rows.flatMap(row => codeOf(row['code']))).to.have.members(ends)
      })

      it('says in the words of the code what keeps an owner, all of it and nothing else', () => {
        const shownHere = spansOf(file)
        const silent = sentencesOf(says).filter(({ text }) => !UNSAID.has(text) && ![...shownHere, ...spansOf(COMMON)].some(span => standsIn(span, text)))
        expect(silent.map(({ text, at }) => `${at}: ${text}`)).to.deep.equal([])
        expect(unreal(saidIn(tables), [...says, ...COMMON_SAYS])).to.deep.equal([])
      })

      it('sorts the words of a failure as the code does', () => {
        const rows = under('Failures').rows
        expect(rows.flatMap(row => codeOf(row['class']))).to.have.members([...FAILURE_CLASSES])
        const wrong = rows.flatMap(row => codeOf(row['words']).filter(words => `\`${failureClass(words)}\`` !== row['class']).map(words => `${words}: ${failureClass(words)}`))
        expect(wrong).to.deep.equal([])
      })

      it('names the versions that the scenarios are played on', () => {
        for (const part of played) {
          const version = /^\s*(?:require )?github\.com\/(?:argoproj\/argo-cd\/v3|fluxcd\/[a-z-]+-controller) (v\S+)/m.exec(readFileSync(`test/real/${part}/go.mod`, 'utf8'))?.[1]
          expect(spansOf(file), part).to.include(version)
        }
      })
    })
  }

  it('name every text of a failure that is known', () => {
    const words = PAGES.flatMap(({ file }) => tablesOf(file).filter(table => table.heading === 'Failures').flatMap(table => table.rows.flatMap(row => codeOf(row['words']))))
    const silent = FAILURE_TEXTS.flatMap(({ texts }) => branches(texts.source)).filter(branch => !words.some(text => new RegExp(branch, 'i').test(text)))
    expect(silent).to.deep.equal([])
  })

  it('are caught where they say what no code says', () => {
    const invented = ['it is dancing: …', 'its source is no longer the one that was painted', 'Ready was …: …']
    expect(unreal(invented, [...PAGES.flatMap(({ says }) => says), ...COMMON_SAYS])).to.deep.equal(invented)
    expect(standsIn('it is being deleted', 'it is being …, said …')).to.equal(false)
  })

  it('ship the roles that they speak of with the package', () => {
    expect(JSON.parse(readFileSync('package.json', 'utf8')).files).to.include.members(['deploy', 'docs'])
  })
})

describe(COMMON, () => {
  it('says in the words of the code what a change waits for and how it ends, all of it and nothing else', () => {
    const silent = sentencesOf(COMMON_SAYS).filter(({ text }) => !UNSAID.has(text) && !spansOf(COMMON).some(span => standsIn(span, text)))
    expect(silent.map(({ text, at }) => `${at}: ${text}`)).to.deep.equal([])
    expect(unreal(saidIn(tablesOf(COMMON)), COMMON_SAYS)).to.deep.equal([])
  })
})

interface Explained { readonly role: string, readonly groups: readonly string[], readonly resources: readonly string[], readonly verbs: readonly string[] }

function rulesOf(): readonly Explained[] {
  return parseAllDocuments(readFileSync('deploy/kubernetes/rbac.yaml', 'utf8')).flatMap(document => {
    const role = document.toJS() as { readonly metadata: { readonly name: string }, readonly rules: readonly { readonly apiGroups: readonly string[], readonly resources: readonly string[], readonly verbs: readonly string[] }[] }
    return role.rules.map(({ apiGroups, resources, verbs }) => ({ role: role.metadata.name, groups: apiGroups.map(group => group === '' ? '""' : group), resources, verbs }))
  })
}

function shown({ role, groups, resources, verbs }: Explained): string {
  return `${role}: ${verbs.join(' ')} ${resources.join(' ')} of ${groups.join(' ')}`
}

function spansOf(file: string): readonly string[] {
  const page = scan(file, readFileSync(file, 'utf8'))
  return [...page.spans.map(span => span.text), ...page.blocks.filter(block => block.language === 'text').flatMap(block => block.text.split('\n'))]
}

/** What the columns `it says` show. */
function saidIn(tables: readonly Table[]): readonly string[] {
  return tables.flatMap(table => table.rows.flatMap(row => codeOf(row['it says'])))
}

/** What is shown and said nowhere in these files. */
function unreal(shownThere: readonly string[], files: readonly string[]): readonly string[] {
  const texts = textsOf(files).map(({ text }) => text)
  return shownThere.filter(said => !texts.some(text => isWhole(said, text)) && !isJoined(said, texts))
}

/** True where the shown text is made of sentences of the code: `a; b`, or one filled into another. */
function isJoined(said: string, texts: readonly string[]): boolean {
  const rest = texts.filter(text => standsIn(said, text)).sort((a, b) => b.length - a.length).reduce((left, text) => {
    const parts = text.split('…').map(part => part.trim()).filter(part => part.length > 2)
    return parts.reduce((now, part) => now.replace(part, ' '), left)
  }, said)
  return !/[A-Za-z]{3,}/.test(rest)
}

/** The alternatives of a regular expression at its outermost level. */
function branches(source: string): readonly string[] {
  let depth = 0
  const found = ['']
  for (const char of source) {
    if (char === '(') depth++
    if (char === ')') depth--
    if (char === '|' && depth === 0) found.push('')
    else found[found.length - 1] = `${found.at(-1) ?? ''}${char}`
  }
  return found
}
