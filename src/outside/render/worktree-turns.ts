/** Who renders a worktree now, and who waits for a turn. */
interface Turns { together: number, alone: boolean, readonly waiting: { readonly alone: boolean, readonly go: () => void }[] }

const worktrees = new Map<string, Turns>()

/** Runs with others of its kind on one worktree, never beside one that has it alone. */
export function together<T>(dir: string, work: () => Promise<T>): Promise<T> {
  return inTurn(dir, false, work)
}

/** Runs alone on one worktree: for a render that changes a file of it for as long as it runs. */
export function alone<T>(dir: string, work: () => Promise<T>): Promise<T> {
  return inTurn(dir, true, work)
}

async function inTurn<T>(dir: string, asOne: boolean, work: () => Promise<T>): Promise<T> {
  const turns = worktrees.get(dir) ?? { together: 0, alone: false, waiting: [] }
  worktrees.set(dir, turns)
  await new Promise<void>(go => {
    turns.waiting.push({ alone: asOne, go })
    next(turns)
  })
  try {
    return await work()
  } finally {
    if (asOne) turns.alone = false
    else turns.together--
    next(turns)
    if (turns.together === 0 && !turns.alone && turns.waiting.length === 0) worktrees.delete(dir)
  }
}

/** In the order in which they came, so that nobody waits for ever. */
function next(turns: Turns): void {
  for (let first = turns.waiting[0]; first !== undefined; first = turns.waiting[0]) {
    if (turns.alone || (first.alone && turns.together > 0)) return
    turns.waiting.shift()
    if (first.alone) turns.alone = true
    else turns.together++
    first.go()
  }
}
