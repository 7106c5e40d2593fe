/** A text as YAML writes it: plain where nothing can misread it, else in double quotes. */
export function scalar(text: string): string {
  const plain = /^[A-Za-z][A-Za-z0-9._/:@+-]*[A-Za-z0-9/_-]$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n|~)$/i.test(text) && !text.includes(': ') && !text.includes('::')
  return plain || /^[A-Za-z]$/.test(text) && !/^[yn]$/i.test(text) ? text : JSON.stringify(text)
}

/** The same inside `[…]`. */
export function flow(texts: readonly string[]): string {
  return `[${texts.map(text => /[,[\]{}]/.test(text) ? JSON.stringify(text) : scalar(text)).join(', ')}]`
}

/** A text that may stand after `# `: one line. */
export function comment(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
