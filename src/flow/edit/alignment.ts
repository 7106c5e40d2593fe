/** How one list becomes another: items of both that belong together, in order, and those that go or come between them. */
export type Aligned =
  | { readonly kind: 'both', readonly before: number, readonly after: number }
  | { readonly kind: 'gone', readonly before: number }
  | { readonly kind: 'new', /** The item of the old list that it comes before. */ readonly before: number, readonly after: number }

/** The lengths of both lists, and what it costs to make one item of another: 0 where they are equal, Infinity where they are different things. */
export interface Lists { readonly before: number, readonly after: number, readonly cost: (before: number, after: number) => number }

const ALONE = 1
const MOST_COMPARED = 300_000

/** The cheapest way, where an item that goes or comes costs 1: a longest common subsequence with changed items. What goes stands before what comes. */
export function alignment(lists: Lists): readonly Aligned[] {
  let start = 0
  while (start < lists.before && start < lists.after && lists.cost(start, start) === 0) start++
  let [before, after] = [lists.before, lists.after]
  while (before > start && after > start && lists.cost(before - 1, after - 1) === 0) [before, after] = [before - 1, after - 1]
  const same = (from: number, to: number, shift: number): readonly Aligned[] => Array.from({ length: to - from }, (_none, i) => ({ kind: 'both', before: from + i, after: from + i + shift }))
  const middle = { from: start, before: before - start, after: after - start }
  const inside = middle.before * middle.after > MOST_COMPARED ? inOrder(lists, middle) : cheapest(lists, middle)
  return [...same(0, start, 0), ...goneFirst(inside), ...same(before, lists.before, lists.after - lists.before)]
}

interface Middle { readonly from: number, readonly before: number, readonly after: number }

function cheapest({ cost }: Lists, { from, before, after }: Middle): readonly Aligned[] {
  const width = after + 1
  const costs = new Float64Array((before + 1) * width)
  for (let i = before; i >= 0; i--) {
    for (let j = after; j >= 0; j--) {
      if (i === before || j === after) costs[i * width + j] = (before - i + after - j) * ALONE
      else costs[i * width + j] = Math.min(at(costs, (i + 1) * width + j) + ALONE, at(costs, i * width + j + 1) + ALONE, at(costs, (i + 1) * width + j + 1) + cost(from + i, from + j))
    }
  }
  const steps: Aligned[] = []
  for (let [i, j] = [0, 0]; i < before || j < after;) {
    const here = at(costs, i * width + j)
    if (i < before && j < after && here === at(costs, (i + 1) * width + j + 1) + cost(from + i, from + j)) steps.push({ kind: 'both', before: from + i++, after: from + j++ })
    else if (i < before && here === at(costs, (i + 1) * width + j) + ALONE) steps.push({ kind: 'gone', before: from + i++ })
    else steps.push({ kind: 'new', before: from + i, after: from + j++ })
  }
  return steps
}

/** Too long to compare all with all: the first with the first, where they go together. */
function inOrder({ cost }: Lists, { from, before, after }: Middle): readonly Aligned[] {
  return Array.from({ length: Math.max(before, after) }, (_none, i): readonly Aligned[] => {
    if (i >= before) return [{ kind: 'new', before: from + before, after: from + i }]
    if (i >= after) return [{ kind: 'gone', before: from + i }]
    return cost(from + i, from + i) < 2 * ALONE ? [{ kind: 'both', before: from + i, after: from + i }] : [{ kind: 'gone', before: from + i }, { kind: 'new', before: from + i + 1, after: from + i }]
  }).flat()
}

/** Between two items that stay, those that go stand before those that come, which then come behind them. */
function goneFirst(steps: readonly Aligned[]): readonly Aligned[] {
  const sorted: Aligned[] = []
  let fresh: Extract<Aligned, { kind: 'new' }>[] = []
  let position = 0
  const flush = (): void => {
    sorted.push(...fresh.map(step => ({ ...step, before: position })))
    fresh = []
  }
  for (const step of steps) {
    if (step.kind === 'new') {
      if (fresh.length === 0) position = Math.max(position, step.before)
      fresh.push(step)
      continue
    }
    if (step.kind === 'both') flush()
    sorted.push(step)
    position = step.before + 1
  }
  flush()
  return sorted
}

function at(costs: Float64Array, index: number): number {
  return costs[index] ?? Infinity
}
