export const MUTATIONS = ['crlf', 'bom', 'noeol', 'tabs', 'indent', 'flow', 'long'] as const
export type Mutation = typeof MUTATIONS[number]
