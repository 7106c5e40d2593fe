import type { CommitInfo } from '../ports.ts'

const SHOWN = 10

/** `1a2b3c4d5e6f (Ann: web 1.6.0), of change/abcd2345`, for people. */
export function shownCommit(commit: CommitInfo): string {
  const change = changeOf(commit)
  const subject = commit.subject.length > 80 ? `${commit.subject.slice(0, 79)}…` : commit.subject
  return `${commit.sha.slice(0, 12)} (${commit.author}: ${subject})${change === null ? '' : `, of change/${change}`}`
}

/** The change of Writ that a commit says it is of. */
export function changeOf({ body }: Pick<CommitInfo, 'body'>): string | null {
  return /^Writ-Change: ([a-z2-7]{8})$/m.exec(body)?.[1] ?? null
}

/** What else changed the object and is left as it is. */
export function stayingNote(commits: readonly CommitInfo[]): readonly string[] {
  return commits.length === 0 ? [] : [`other fields that were changed since stay: ${listed(commits)}`]
}

/** What goes back with it. */
export function takenBackNote(commits: readonly CommitInfo[], whole: boolean): readonly string[] {
  const rest = whole ? '' : '; how far back it goes beyond these was not read'
  return commits.length === 0 ? [] : [`takes back ${listed(commits)}${rest}`]
}

function listed(commits: readonly CommitInfo[]): string {
  const more = commits.length > SHOWN ? ` and ${commits.length - SHOWN} more` : ''
  return `${commits.slice(0, SHOWN).map(shownCommit).join('; ')}${more}`
}
