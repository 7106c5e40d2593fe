// The only parts of Node that model, flow and views may see (src/tsconfig.pure.json compiles them without @types/node).
declare module 'node:crypto' {
  export function createHash(algorithm: 'sha256'): { update(text: string): { digest(encoding: 'hex'): string } }
}
declare module 'node:path' {
  export const posix: {
    join(...parts: string[]): string
    dirname(path: string): string
    basename(path: string): string
    normalize(path: string): string
    relative(from: string, to: string): string
  }
}
