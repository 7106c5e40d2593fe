const LONGEST = 300
const CRASH = /^(?:fatal error: |runtime: |runtime\/cgo: |SIGABRT|SIGSEGV|panic: |unexpected fault address)/m
const NO_MEMORY = /out of memory|cannot allocate memory|failed to reserve|pthread_create failed|stack exceeds/

/**
 * What a renderer that broke down has to say, in one line: a Go program prints the state of all it was doing then, which tells nobody anything and holds addresses.
 * An error that repeats itself (a template that includes itself without end) is its start and its end. Null where a text is neither.
 */
export function crash(text: string): string | null {
  const line = CRASH.exec(text)
  if (line !== null && /^(?:goroutine \d|runtime stack:|rax |PC=0x)/m.test(text)) return `${NO_MEMORY.test(text) ? 'it takes more memory than a render may have' : 'the renderer broke down'}: ${firstLine(text.slice(line.index))}`
  const half = LONGEST / 2
  return text.length > 2 * LONGEST && (text.match(/error calling include|error calling tpl/g)?.length ?? 0) > 5 ? `${text.slice(0, half)} … ${text.slice(-half)}` : null
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, LONGEST - 50) ?? ''
}
