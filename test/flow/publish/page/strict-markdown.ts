/** Where the reader of a page is. */
interface State { fence: string | null, depth: number, columns: number, readonly last: number, readonly found: string[] }

/**
 * What a page may be made of, as strictly as it goes: fences, code spans, tables, headings, lists, quotes, emphasis, and a handful of HTML lines of Writ's own. Outside of code
 * nothing stands that any forge turns into something: no link, mention, reference, HTML, image, emoji, mathematics. Everything else is a mistake.
 */
export function mistakesOf(body: string): readonly string[] {
  const lines = body.split('\n')
  const state: State = { fence: null, depth: 0, columns: 0, last: lines.length - 1, found: [] }
  for (const [at, line] of lines.entries()) {
    const say = (what: string): void => { state.found.push(`${at + 1}: ${what}`) }
    if (line.startsWith('/')) say('begins as a quick action does')
    if (/[^\P{C}\t]|[\p{Zl}\p{Zp}\u00a0\u2800\u3164]/u.test(line) || (state.fence === null && line.includes('\t'))) say('holds what cannot be seen')
    if (!isFenced(state, line, say) && !isOurHtml(state, { at, line }, say) && !isRow(state, line, say)) lineMistakes(line).forEach(say)
  }
  if (state.fence !== null) state.found.push('a fence is open at the end')
  if (state.depth !== 0) state.found.push('details are open at the end')
  return [...state.found, ...closingWords(body)]
}

type Say = (what: string) => void

function isFenced(state: State, line: string, say: Say): boolean {
  if (state.fence === null) {
    state.fence = /^(`{3,})(?:diff|yaml|text)$/.exec(line)?.[1] ?? null
    return state.fence !== null
  }
  if (line === state.fence) state.fence = null
  else if (/^ {0,3}`{3,}\s*$/.test(line) && line.trim().length >= state.fence.length) say('ends the fence')
  return true
}

function isOurHtml(state: State, { at, line }: { readonly at: number, readonly line: string }, say: Say): boolean {
  if (line === '<details>' || line === '</details>') {
    state.depth += line === '<details>' ? 1 : -1
    if (state.depth < 0) say('closes what is not open')
    return true
  }
  const machine = /^<!-- writ:change [!-;=?A-~]+ -->$/.test(line) && !line.slice(4, -3).includes('--')
  if (machine && at !== state.last) say('the line for programs is not the last')
  return machine || /^<summary>[A-Za-z0-9 ,;:()]+<\/summary>$/.test(line)
}

function isRow(state: State, line: string, say: Say): boolean {
  if (!line.startsWith('| ') || !line.endsWith(' |')) {
    state.columns = 0
    return false
  }
  const cells = cellsOf(line)
  if (state.columns !== 0 && cells.length !== state.columns) say(`has ${cells.length} cells of ${state.columns}`)
  state.columns = cells.length
  cells.flatMap(cell => inlineMistakes(cell.trim(), 'cell')).forEach(say)
  return true
}

function lineMistakes(line: string): readonly string[] {
  const sub = /^<sub>(.*)<\/sub>$/.exec(line)
  return inlineMistakes(sub?.[1] ?? line.replace(/^(?:### |- |> )|^>$/, ''), 'text')
}

/** What GitLab reads in the raw text, whatever it stands in: its own pattern, with every form of a reference. */
function closingWords(body: string): readonly string[] {
  const pattern = /((?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)(?::?) +(?:(?:issues? +)?(?:[\w./-]*#\d+|GL-\d+|https?:\/\/\S+|\[issue:\S+|[A-Z][A-Z0-9_]+-\d+)))/gi
  const skips = /\[(?:skip|no)[ _-]\w+\]|\[\w+[ _-]skip\]|\*{3}NO_CI\*{3}/gi
  return [...[...body.matchAll(pattern)].map(([all]) => `closes an issue: ${all}`), ...[...body.matchAll(skips)].map(([all]) => `skips a run: ${all}`)]
}

/** Cells as GFM cuts them: at every bar without a backslash before it, code or not. */
function cellsOf(line: string): readonly string[] {
  return line.slice(2, -2).split(/(?<!\\)\|/).map(cell => cell.replaceAll('\\|', '|'))
}

function inlineMistakes(text: string, where: 'text' | 'cell'): readonly string[] {
  const { rest, open } = withoutCode(text)
  const found = open ? ['a code span is open at the end of the line'] : []
  const plain = (where === 'cell' ? rest.replaceAll('<br>', ' ') : rest).replaceAll('people.yaml', 'people').replaceAll('**', '').replace(/^---$/, '')
  const strange = /[^\p{L}\p{M}0-9 .,;:!?()'’"→…-]/u.exec(plain)
  if (strange !== null) found.push(`${JSON.stringify(strange[0])} stands outside of code: ${plain}`)
  if (/(?:^|[^\p{L}])(?:https?|ftp|www|mailto)[.:]\S/iu.test(plain)) found.push(`links: ${plain}`)
  if (/(?<![\p{L}\d])[0-9a-f]{7,}(?![\p{L}\d])/iu.test(plain)) found.push(`may be a commit: ${plain}`)
  if (/[A-Za-z]-\d|:\w+:|\w\.\w/.test(plain)) found.push(`may be a reference: ${plain}`)
  if (where === 'text' && /^(?:[-+*=]|\d+[.)])/.test(plain)) found.push(`begins a block: ${plain}`)
  return found
}

/** The text without its code spans, by CommonMark's rule: a run of back-ticks closes at the next run of the same length. */
function withoutCode(text: string): { readonly rest: string, readonly open: boolean } {
  let rest = ''
  for (let at = 0; at < text.length;) {
    const run = /^`+/.exec(text.slice(at))?.[0]
    if (run === undefined) { rest += text[at] ?? ''; at += 1; continue }
    const close = [...text.slice(at + run.length).matchAll(/`+/g)].find(([other]) => other.length === run.length)
    if (close === undefined) return { rest, open: true }
    rest += 'x'
    at += run.length + close.index + run.length
  }
  return { rest, open: false }
}
