// Not SIGHUP: a listener would undo nohup.
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

const live = new Set<() => void>()
let listening = false

/**
 * Calls `end` when Writ itself ends, so that no child and no temporary file stays behind; gives the function that forgets
 * it again. `end` must be synchronous. After SIGKILL nobody can do this.
 */
export function endWithWrit(end: () => void): () => void {
  if (!listening) {
    listening = true
    process.on('exit', endAll)
    for (const signal of SIGNALS) process.on(signal, onSignal)
  }
  live.add(end)
  return () => { live.delete(end) }
}

// Whoever else listens to the signal decides how Writ ends, and 'exit' follows; alone, this is what the signal did before.
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  endAll()
  process.removeListener(signal, onSignal)
  process.kill(process.pid, signal)
}

function endAll(): void {
  for (const end of live) {
    live.delete(end)
    try {
      end()
    } catch {
      // The others must be ended too.
    }
  }
}
