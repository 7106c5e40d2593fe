import type { CommitText } from '../ports.ts'
import { unreferring } from './page/inert.ts'

/** Trailers and subjects are single lines; what a caller writes can never add one of its own. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what must go
  return unreferring(text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029<>]+/g, ' ').trim()).slice(0, 250)
}

/**
 * A text in which no CI finds a word that keeps it from running: GitHub, GitLab, Gitea, Forgejo, Bitbucket, Azure Pipelines and the many that took over the same
 * brackets (`[skip ci]`, `[ci-skip]`, `[no ci]`, `[skip azp]`), `***NO_CI***` and `skip-checks: true`. What a change is checked by is not its author's choice.
 */
export function withoutSkipMarkers(text: string): string {
  return text
    .replaceAll(/\[(\s*(?:skip|no)[\s_-]*[a-z]{1,30}\s*|\s*[a-z]{1,30}[\s_-]*skip\s*)\]/gi, '($1)')
    .replaceAll(/\*{3}(\s*no_ci\s*)\*{3}/gi, '($1)')
    .replaceAll(/skip[-_]checks(?=\s*:)/gi, 'skip checks')
}

/** `Key: value`, in one line; left out where there is nothing to say. */
export function trailers(entries: Readonly<Record<string, string | null>>): string {
  return Object.entries(entries).flatMap(([key, value]) => value === null || oneLine(value) === '' ? [] : [`${key}: ${oneLine(value)}`]).join('\n')
}

/** An author as trailers have one: the address in angle brackets, which neither part may hold. */
export function coAuthor({ name, email }: CommitText['author']): string {
  return `Co-authored-by: ${oneLine(name)} <${oneLine(email)}>`
}

/**
 * What Argo CD shows beside the commit that it synced (RevisionMetadata references, since 3.1): here the commit that a merge brings. Only for a commit that exists;
 * the URL only where it holds no user.
 */
export function argocdReference(of: { readonly sha: string, readonly subject: string, readonly text: Pick<CommitText, 'author' | 'at'>, readonly repository: string }): readonly string[] {
  const { author, at } = of.text
  return [
    `Argocd-reference-commit-author: ${oneLine(author.name)} <${oneLine(author.email)}>`,
    trailers({
      'Argocd-reference-commit-date': `${at.slice(0, 19)}+00:00`,
      'Argocd-reference-commit-sha': of.sha,
      'Argocd-reference-commit-subject': of.subject,
      'Argocd-reference-commit-repourl': /^https:\/\/[^@\s]+$/.test(of.repository) ? of.repository : null,
    }),
  ]
}
