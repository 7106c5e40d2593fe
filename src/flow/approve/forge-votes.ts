import type { Approval, Change } from '../../model/change.ts'
import type { Person } from '../../model/config.ts'
import { milliseconds } from '../../model/environment.ts'
import type { ChangeRequestLook, Review } from '../../model/forge.ts'

/** What the reviews on a forge say: votes of persons, and why others are none. */
export interface ForgeVotes {
  readonly votes: readonly Approval[]
  /** Who asks for changes on the present head, and may: nothing is merged over that. */
  readonly against: readonly string[]
  /** Reviews that are nobody's vote, each with the reason. */
  readonly ignored: readonly { readonly login: string, readonly reason: string }[]
}

/**
 * Reads the reviews of the present head as votes (reliability.md R4): of a person of people.yaml whose login on this forge it is, no bot, with the right to write.
 * Whether the person may vote is judged with all other votes.
 */
export function forgeVotes(change: Change, look: ChangeRequestLook | null, of: { readonly forge: string, readonly people: readonly Person[] }): ForgeVotes {
  const votes: Approval[] = []
  const against: string[] = []
  const ignored: { login: string, reason: string }[] = []
  for (const review of look?.reviews ?? []) {
    const person = personOf(review, of)
    const reason = whyNone(change, review, { person, forge: of.forge })
    if (reason !== null || person === undefined) ignored.push({ login: review.by.login, reason: reason ?? '' })
    else if (review.verdict === 'approved') votes.push(voteOf(change, review, person.name))
    else against.push(person.name)
  }
  return { votes, against, ignored }
}

/** Logins are compared without their case, as every forge does. */
function personOf({ by: { login } }: Review, { forge, people }: { readonly forge: string, readonly people: readonly Person[] }): Person | undefined {
  const named = people.filter(({ aliases }) => aliases.forge[forge]?.toLowerCase() === login.toLowerCase())
  return named.length === 1 ? named[0] : undefined
}

function whyNone(change: Change, review: Review, { person, forge }: { readonly person: Person | undefined, readonly forge: string }): string | null {
  if (review.by.bot) return 'the forge says that it is a bot'
  if (!review.writes) return 'it may not write to the repository'
  if (person === undefined) return `no one person of people.yaml has this login (aliases.forge.${forge})`
  return review.commit === change.facts.head ? null : `it is for ${review.commit.slice(0, 12)}, not for the present head`
}

function voteOf(change: Change, review: Review, person: string): Approval {
  const { digest, environment } = change.plan
  const expires = new Date(Date.parse(review.at) + milliseconds(environment.approvalLifetime)).toISOString()
  return { change: change.id, person, vote: 'approve', head: review.commit, digest, environment: environment.name, at: review.at, expires, via: 'forge', comment: null, signature: null }
}
