/**
 * The commit in a revision as Flux writes it (argocd-flux.md 6.1): `main@sha1:<hex>`, `refs/heads/main@sha1:<hex>`, `sha1:<hex>`, and the old
 * `main/<hex>`. Null for a digest, a version or nothing.
 */
export function commitOfRevision(revision: string | undefined): string | null {
  const found = /(?:^|@)sha1:([0-9a-f]{40})$/.exec(revision ?? '') ?? /^[^@:]+\/([0-9a-f]{40})$/.exec(revision ?? '')
  return found?.[1] ?? null
}
