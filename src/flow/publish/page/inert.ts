/**
 * Text of users and repositories for a page in Markdown, on GitHub, GitLab and Gitea alike: it stands there as data. Nothing of it mentions, links, closes an issue,
 * runs a quick action, becomes HTML, or ends the code or the table that it stands in (agents.md 4.5).
 */

/** What cannot be seen, or changes the order in which the rest is read; white space other than a space. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{DI}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}/gu

/** GitLab reads closing words in the raw text, code and comments included (its issue_closing_pattern); what they name may be #1, a URL or a key of another tracker. */
const CLOSES = /((?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):?)( +)(?=(?:issues? +)?[^\s]*(?:#|:\/\/|-\d|\[))/gi

/** What CI services skip a run for. A forge may take the page as the message of the commit that it merges with. */
const SKIPS = /\[ *(?:skip|no)[ _-]\w{1,20} *\]|\[ *\w{1,20}[ _-]skip *\]|\*{3} *NO_CI *\*{3}|skip[-_]checks(?= *:)/gi

const LONGEST_SPAN = 160
const LONGEST_LINE = 400
const LONGEST_TEXT = 2000

/** Unseen characters as `\u{200b}`; line breaks, too. */
export function visible(text: string): string {
  return text.replaceAll(UNSEEN, char => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
}

/** A code span; what is too long says how much of it is left out. `cell`: inside a table. */
export function code(text: string, where: 'text' | 'cell' = 'text'): string {
  const shown = unclosing(visible(short(text, LONGEST_SPAN)))
  const content = where === 'cell' ? shown.replaceAll(/\\+(?=\|)/g, run => '\\u{5c}'.repeat(run.length)).replaceAll('|', String.raw`\|`) : shown
  if (content === '') return '(empty)'
  const fence = '`'.repeat(longestRun(content) + 1)
  const pad = /^[ `]|[ `]$/.test(content) ? ' ' : ''
  return `${fence}${pad}${content}${pad}${fence}`
}

/** A text in words on one line: plain words stay, anything that a forge might take for more stands as code. */
export function words(text: string, where: 'text' | 'cell' = 'text'): string {
  return short(text, LONGEST_TEXT).split(/[ \t\r\n]+/).filter(word => word !== '').map(word => wordOf(word, where)).join(' ')
}

/** What ends or surrounds a word in a sentence stays outside of its code. */
function wordOf(word: string, where: 'text' | 'cell'): string {
  if (isPlain(word)) return word
  const [, lead = '', core = '', tail = ''] = /^([("]?)(.*?)([)"]?[.,;:!?]?)$/s.exec(word) ?? []
  return core === '' || isPlain(core) ? code(word, where) : `${lead}${code(core, where)}${tail}`
}

/** What somebody wrote, quoted: a paragraph for each line. */
export function quoted(text: string): string {
  const lines = short(text, LONGEST_TEXT).split(/\r?\n/).map(line => words(line)).filter(line => line !== '')
  return lines.map(line => `> ${line}`).join('\n>\n')
}

/** A fenced block. Lines keep their ends; no line of it begins as a quick action does. */
export function fenced(text: string, language: 'diff' | 'yaml' | 'text'): string {
  const lines = text.replace(/\n$/, '').split('\n').map(line => unclosing(inLine(line)).replace(/^(?=\/)/, ' '))
  const fence = '`'.repeat(Math.max(3, Math.max(...lines.map(longestRun)) + 1))
  return [fence + language, ...lines, fence].join('\n')
}

/** One line without Markdown, for titles and the subjects of commits: mentions, references and closing words are broken up. */
export function plainLine(text: string, longest: number): string {
  return short(unreferring(visible(text.replaceAll(/[ \t\r\n]+/g, ' ')).trim()), longest)
}

/** The same in several lines, for the body of a commit. */
export function unreferring(text: string): string {
  return unclosing(text).replaceAll(/(?:(?<![A-Za-z0-9_])[@~%&]|[#!])(?=[A-Za-z0-9_"])/g, '$& ')
}

/** Without closing words and marks that skip a run: the white space in them is shown as what it is. */
function unclosing(text: string): string {
  return text.replaceAll(CLOSES, (_all, word: string, gap: string) => `${word}${'\\u{20}'.repeat(gap.length)}`)
    .replaceAll(SKIPS, mark => mark.replace(/(?<=\w)[ _-](?=\w)/, gap => `\\u{${gap.charCodeAt(0).toString(16)}}`))
}

/** Tabs stay: files have them. */
function inLine(line: string): string {
  return short(line.replace(/\r$/, '\\r'), LONGEST_LINE).split('\t').map(visible).join('\t')
}

/** Letters with what ends a sentence, or a number: no reference of any forge looks so. Hexadecimal words may be commits. */
function isPlain(word: string): boolean {
  if (/^skip[-_]checks/i.test(word)) return false
  if (word === '…' || /^\d{1,6}[,;]?$/.test(word)) return true
  return /^[("]?\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}[\p{L}\p{M}]*)*[)"]?[.,;:!?…]?$/u.test(word) && !/[0-9a-f]{7}/i.test(word)
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
}

/** Cut between characters, never inside one. */
function short(text: string, longest: number): string {
  if (text.length <= longest) return text
  const kept = text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')
  return `${kept} … ${text.length - kept.length} more characters`
}
