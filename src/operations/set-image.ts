import { z } from 'zod'
import { answerLines } from '../views/answer-lines.ts'
import { ChangeInput, ContainerName, text } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'
import { PLANNING, propose } from './propose.ts'
import type { Proposed } from './propose.ts'

const Input = ChangeInput.extend({ images: z.array(z.strictObject({ container: ContainerName, image: text(1000) })).min(1).max(100) })

/** `writ set image TYPE/NAME CONTAINER=IMAGE…` */
export const setImage: Operation<z.infer<typeof Input>, Proposed> = {
  name: 'set-image',
  summary: 'Change the image of containers',
  doors: ALL,
  reads: false,
  doing: PLANNING,
  input: Input,
  run: (caller, { images, ...input }) => propose(caller, input, {
    verb: 'set image', asks: images.map(({ container, image }) => ({ kind: 'image', container, value: image })),
  }),
  show: answerLines,
}
