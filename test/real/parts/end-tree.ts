import { readdirSync, readFileSync } from 'node:fs'

/**
 * Kills every process that descends from this one, each by its own id, and returns once none is left. They are stopped first,
 * from the top down, so that none of them starts another one that nobody would find any more. Linux only.
 */
export function endTree(root = process.pid): void {
  const found = new Set<number>()
  for (let news = descendants(root); news.length > 0; news = descendants(root).filter(pid => !found.has(pid))) {
    for (const pid of news) {
      found.add(pid)
      signal(pid, 'SIGSTOP')
    }
  }
  for (const pid of found) signal(pid, 'SIGKILL')
}

function descendants(root: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number)) {
    const parent = parentOf(pid)
    if (parent !== null) children.set(parent, [...children.get(parent) ?? [], pid])
  }
  const all: number[] = []
  for (let level = children.get(root) ?? []; level.length > 0; level = level.flatMap(pid => children.get(pid) ?? [])) all.push(...level)
  return all
}

// The name of a program may hold spaces and parentheses; what follows the last one does not. A process that is only kept for its parent's sake is none.
function parentOf(pid: number): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? null : Number(parent)
  } catch {
    return null
  }
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGKILL'): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself.
  }
}
