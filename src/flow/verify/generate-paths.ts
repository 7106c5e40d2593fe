/**
 * True where one of the files lies below one of the paths by which an Application says what it is made of (`manifest-generate-paths`):
 * absolute ones count from the repository's root, others from the Application's own path.
 */
export function pathsCover(paths: readonly string[], own: string, files: readonly string[]): boolean {
  const roots = paths.map(path => resolved(path.startsWith('/') ? path.slice(1) : `${own}/${path}`))
  return files.some(file => roots.some(root => root === '' || file === root || file.startsWith(`${root}/`)))
}

function resolved(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}
