import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** A text of the code that people read: `…` stands for what is filled in. */
export interface Sentence { readonly text: string, readonly at: string }

/** Two words beside each other: what has fewer is a name, a state or glue. */
const WORDS = /[A-Za-z]{2,} [A-Za-z]{2,}/

/** The sentences that stand in source files, whole templates as well as the parts that are filled into them. */
export function sentencesOf(files: readonly string[]): readonly Sentence[] {
  return textsOf(files).filter(({ text }) => WORDS.test(text))
}

/** The same, with those that are a single word beside what is filled in. */
export function textsOf(files: readonly string[]): readonly Sentence[] {
  return files.flatMap(file => {
    const found: Sentence[] = []
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return
      const text = textOf(node)
      if (text !== null && text.replaceAll(/[^A-Za-z]/g, '').length >= 4) found.push({ text, at: `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}` })
      ts.forEachChild(node, visit)
    }
    visit(source)
    return found
  })
}

function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text
  if (!ts.isTemplateExpression(node)) return null
  return [node.head.text, ...node.templateSpans.map(span => span.literal.text)].join('…')
}

/** Texts of code as `state: 'X'` or `X: …` that are not sentences: every string, for looking names up. Sets that are only compared with are left out. */
export function namesIn(files: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  for (const file of files) {
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isNewExpression(node)) return
      if (ts.isStringLiteral(node)) found.add(node.text)
      if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) found.add(node.name.text)
      ts.forEachChild(node, visit)
    }
    visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true))
  }
  return found
}

/** True where the shown text is the sentence: what is filled in may be shown as `…`, or as an example. */
export function isWhole(shown: string, sentence: string): boolean {
  return new RegExp(`^${pattern(sentence)}$`, 's').test(shown)
}

/** True where the sentence, or the part of one, stands in the shown text. */
export function standsIn(shown: string, sentence: string): boolean {
  return new RegExp(pattern(sentence.replace(/^[\s;,.]+/, '').trim()), 's').test(shown)
}

function pattern(sentence: string): string {
  return sentence.split('…').map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('.*?')
}
