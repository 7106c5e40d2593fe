/** Who must agree to changes of a file: any one of `owners`, as the file writes them (`@login`, `@org/team`, an address). `section` is GitLab's. */
export interface OwnedBy { readonly owners: readonly string[], readonly section: string | null }

/** How a forge reads its CODEOWNERS file, and where it looks for it, first place first. */
export type OwnersDialect = 'github' | 'gitlab'

/** docs.github.com "About code owners"; docs.gitlab.com "Code Owners": the first file that is there counts, and no other. */
export const OWNERS_FILES: Readonly<Record<OwnersDialect, readonly string[]>> = {
  github: ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'],
  gitlab: ['CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'],
}

interface Rule { readonly section: string | null, readonly pattern: RegExp, readonly owners: readonly string[] }

const SECTION = /^(\^)?\[([^\]]+)\](?:\[(\d+)\])?\s*(.*)$/

/**
 * The owners of one path: of the last pattern that fits, in GitLab of each section. A pattern without owners takes away those before it; optional sections of GitLab ask for nobody.
 */
export function ownersOf(text: string, path: string, dialect: OwnersDialect): readonly OwnedBy[] {
  const last = new Map<string, Rule>()
  for (const rule of rulesOf(text, dialect)) if (rule.pattern.test(path)) last.set((rule.section ?? '').toLowerCase(), rule)
  return [...last.values()].filter(({ owners }) => owners.length > 0).map(({ owners, section }) => ({ owners, section }))
}

function rulesOf(text: string, dialect: OwnersDialect): readonly Rule[] {
  const rules: Rule[] = []
  let section: { readonly name: string | null, readonly optional: boolean, readonly owners: readonly string[] } = { name: null, optional: false, owners: [] }
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim()
    if (line === '') continue
    const head = dialect === 'gitlab' ? SECTION.exec(line) : null
    if (head !== null) {
      section = { name: head[2] ?? '', optional: head[1] === '^', owners: words(head[4] ?? '') }
      continue
    }
    const [pattern = '', ...own] = words(line)
    const owners = own.length > 0 || dialect === 'github' ? own : section.owners
    if (!section.optional && !pattern.startsWith('!')) rules.push({ section: section.name, pattern: patternOf(pattern), owners })
  }
  return rules
}

/** Words by spaces; a space that a backslash stands before belongs to the word. */
function words(line: string): readonly string[] {
  return Array.from(line.matchAll(/(?:\\.|[^\s\\])+/g), ([word]) => word.replaceAll(/\\(.)/g, '$1'))
}

/** As gitignore reads them: a slash in front or in the middle ties the pattern to the root, one at the end means a folder; what fits a folder fits all below it, but `/*` at the end only what lies in it. */
function patternOf(pattern: string): RegExp {
  const tied = pattern.replace(/\/$/, '').includes('/')
  const folder = pattern.endsWith('/')
  const body = pattern.replace(/^\//, '').replace(/\/$/, '')
  const parts = body.split(/(\*\*\/|\/\*\*$|\*\*|\*|\?)/).map(part => {
    switch (part) {
      case '**/': return '(?:.*/)?'
      case '/**': return '/.*'
      case '**': return '.*'
      case '*': return '[^/]*'
      case '?': return '[^/]'
      default: return part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    }
  })
  const below = folder ? '/.*' : body.endsWith('/*') ? '' : '(?:/.*)?'
  return new RegExp(`^${tied ? '' : '(?:.*/)?'}${parts.join('')}${below}$`)
}
