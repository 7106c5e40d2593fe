/** A path inside a repository without `./`, outer slashes and trailing slash. */
export function plainPath(path: string): string {
  return path.split('/').filter(part => part !== '' && part !== '.').join('/')
}
