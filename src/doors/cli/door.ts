import type { Io, Parts } from './parts.ts'

/** The door with everything in it. */
export type Door = Parts & { readonly io: Io }
