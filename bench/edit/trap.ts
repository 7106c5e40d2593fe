export const TRAPS = ['sops', 'imagepolicy', 'variable', 'template', 'remote'] as const
export type Trap = typeof TRAPS[number]
