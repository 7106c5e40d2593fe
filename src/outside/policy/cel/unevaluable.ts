/**
 * Something that this engine cannot decide though a cluster might: a syntax, function or value that is not there,
 * or a limit that was reached. It always blocks, whatever the failurePolicy says (policy.md 2.4, guards 4 and 5).
 */
export class Unevaluable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Unevaluable'
  }
}
