/** The name under which everything is applied. */
export const MANAGER = 'argocd-controller'
