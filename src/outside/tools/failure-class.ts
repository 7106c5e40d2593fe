import type { FailureClass } from '../../model/observation.ts'

// Order matters: the first row that fits decides, so that a webhook that cannot be called is no denial (argocd-flux.md 7.2).
export const FAILURE_TEXTS: readonly { readonly is: FailureClass, readonly texts: RegExp }[] = [
  { is: 'people', texts: /auto-sync will wipe out all resources|PruneFailed|PruneSkipped|ignored \(requires pruning\)/i },
  { is: 'waiting', texts: /Source artifact not found|dependency '[^']*' (?:is not ready|revision is not up to date|not found)|DependencyNotReady|HealthCheckCanceled|another operation is already in progress|SourceNotReady/i },
  { is: 'rollout', texts: /health check failed after|failed early due to stalled resources|ProgressDeadlineExceeded|(?:Upgrade|Install|Test)Failed|Helm (?:upgrade|install|test) failed|RetriesExceeded|MissingRollbackTarget/i },
  { is: 'transient', texts: /failed calling webhook|no matches for kind|namespaces? "[^"]*" not found|the object has been modified/i },
  { is: 'transient', texts: /i\/o timeout|connection refused|TLS handshake timeout|code = Unavailable|code = DeadlineExceeded|context deadline exceeded|etcdserver: request timed out|connection reset/i },
  {
    is: 'config',
    texts: /authentication required|repository not found|repository not accessible|ssh: handshake failed|knownhosts: key|unable to clone|AuthenticationFailed|unable to resolve '[^']*' to a commit SHA|couldn't find remote ref|no matching service account|cross-namespace|AccessDenied/i,
  },
  {
    is: 'permanent',
    texts: /dry-run failed\W+(?:reason: )?(?:Invalid|Forbidden|FieldManagerConflict|BadRequest)|admission webhook|field is immutable|exceeded quota|is not permitted in project|objects failed to apply|synchronization tasks are not valid|is invalid:/i,
  },
  {
    is: 'permanent',
    texts: /failed to generate manifest|app path does not exist|Manifest generation error|kustomize build failed|helm template|BuildFailed|kustomization path not found|post build failed|decryption failed|meet the specifications of the schema|Failed to load target state/i,
  },
]

/** The class of a failure text; `unknown` where no row fits, and then it is never taken as final. */
export function failureClass(text: string): FailureClass {
  return FAILURE_TEXTS.find(row => row.texts.test(text))?.is ?? 'unknown'
}

/** True where another try at the same revision changes nothing. */
export function isFinal(is: FailureClass): boolean {
  return is === 'permanent' || is === 'rollout'
}
