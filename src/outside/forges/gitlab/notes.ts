import { z } from 'zod'
import { commentMark, isUnsure } from '../parts.ts'
import { Note, read } from './answers.ts'
import { PAGING, orElse, whole } from './client.ts'
import type { Gitlab } from './client.ts'
import { inert } from './inert.ts'
import type { At } from './reviews.ts'

/** Writes the one note of a key, or edits it in place. Two that write at once leave one: whoever made the younger takes it back. `me`: the user of the token. */
export async function comment(gitlab: Gitlab, at: At, { me, key, body }: { readonly me: number, readonly key: string, readonly body: string }): Promise<void> {
  const mark = commentMark(key)
  const text = `${mark}\n${inert(body)}`
  const mine = async (): Promise<readonly Note[]> => {
    const listed = await whole(gitlab.notes.all(at.project, at.iid, { ...PAGING, sort: 'asc', orderBy: 'created_at' }), 'notes on one merge request')
    return read(z.array(Note), listed, 'the notes of a merge request').filter(note => !note.system && note.author?.id === me && note.body.startsWith(mark)).toSorted((a, b) => a.id - b.id)
  }
  let there = await mine()
  if (there.length === 0) {
    await gitlab.notes.create(at.project, at.iid, text).catch(async (error: unknown) => {
      if (!isUnsure(error) || (await mine()).length === 0) throw error
    })
    there = await mine()
  }
  const [oldest, ...younger] = there
  if (oldest !== undefined && oldest.body !== text) await gitlab.notes.edit(at.project, at.iid, oldest.id, { body: text })
  // Another process may take the same one away.
  for (const note of younger) await orElse(gitlab.notes.remove(at.project, at.iid, note.id), null, [404])
}
