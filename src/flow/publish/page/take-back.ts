/** The command that opens a change request which takes this change back; the one place that names it. */
export function takeBackCommand(change: string): string {
  return `writ rollback change/${change}`
}
