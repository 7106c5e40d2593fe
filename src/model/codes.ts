/** One row of the table of answers: what a code means and what the person does next. */
export interface CodeRow { readonly meaning: string, readonly next: string }

/**
 * Refusals: results, not errors (DESIGN.md section 2). Writ could have been asked for something it will not do;
 * nothing was written. The docs page is generated from this table.
 */
export const REFUSALS = {
  NOT_RENDERED: { meaning: 'The owner does not render the object from its source.', next: 'Check the path and branch of the owner, and whether the object is generated elsewhere.' },
  NO_CANDIDATE: { meaning: 'No place in the repository holds the value of this field.', next: 'Set the field in the repository by hand once; from then on Writ can change it.' },
  AMBIGUOUS: { meaning: 'More than one object or place fits the request equally well.', next: 'Say which one is meant (namespace, container), or remove the duplicate from the repository.' },
  SHARED_BASE: { meaning: 'The value stands in a file that other consumers use too.', next: 'Ask again with --scope shared if all of them may change, or give the asked overlay an entry of its own.' },
  WIDE: { meaning: 'Every edit that reaches the field changes more than was asked.', next: 'Look at the difference shown; make the edit by hand where it is wanted.' },
  SHADOWED: { meaning: 'The places that hold the value have no effect: a later layer overrides them.', next: 'Change the layer that is named in the evidence.' },
  ALIAS: { meaning: 'The value is a YAML alias.', next: 'Replace the alias by a value of its own, or change the anchor by hand.' },
  ANCHOR: { meaning: 'The value carries a YAML anchor that is used elsewhere.', next: 'Change it by hand where all uses may change.' },
  MERGE: { meaning: 'The value comes through a YAML merge key (<<).', next: 'Set the key explicitly in the file, then ask again.' },
  FLOW: { meaning: 'The value stands in a flow collection whose layout or comments an edit cannot keep.', next: 'Rewrite it in block style, then ask again.' },
  GENERATED: { meaning: 'The file is generated; an edit would be overwritten.', next: 'Change the source it is generated from.' },
  ENCRYPTED: { meaning: 'The value is encrypted or belongs to a Secret.', next: 'Change it with the tool that encrypts it.' },
  TEMPLATE: { meaning: 'The file is a template; Writ edits values, never templates.', next: 'Change the template by hand.' },
  REMOTE: { meaning: 'The value comes from another repository or from a remote base.', next: 'Ask for the change in that repository.' },
  IGNORED: { meaning: 'The owner or another controller ignores or overwrites this field.', next: 'Change the controller that owns the field; the evidence names it.' },
  INLINE: { meaning: 'The value is set in the owner object itself, not in its source.', next: 'Change the manifest of the owner object.' },
  NONDETERMINISTIC: { meaning: 'Two renders of the same commit differ in this object.', next: 'Make the render deterministic; an edit cannot be proven otherwise.' },
  RENDER_FAILED: { meaning: 'The source does not render, so nothing can be proven.', next: 'Repair the source; the error of the renderer is in the evidence.' },
  STALE: { meaning: 'The field no longer holds the value the request was made for.', next: 'Look at the present value and ask again.' },
  AMBIGUOUS_OWNER: { meaning: 'More than one owner proves that it manages the object.', next: 'Remove the object from all owners but one.' },
  OWNER_NOT_FOUND: { meaning: 'Marks on the object name an owner that does not exist or does not list it.', next: 'Check whether the marks were copied, or whether the owner runs on another cluster.' },
  CHANGED_SINCE: { meaning: 'Later commits gave fields of a change that shall be rolled back other values.', next: 'Roll back the later change first, or ask with --overwrite to take its values back, too.' },
  NO_TARGET: { meaning: 'There is no such earlier state of the object: it was not there, did not render, or lies further back than Writ reads.', next: 'See writ rollback TYPE/NAME --list.' },
  OWNER_UNPROVEN: { meaning: 'A list that may name another owner cannot be read, so that nobody knows whether there is only one.', next: 'Grant the right that is named, or set the provider of the environment to the one tool that may own objects there.' },
  UNMANAGED: { meaning: 'No Argo CD Application or Flux Kustomization manages the object.', next: 'Bring the object under an owner first, or change it with kubectl.' },
  NON_GIT_SOURCE: { meaning: 'The owner does not take its manifests from Git.', next: 'Change the artifact at the place where it is built.' },
  REPOSITORY_UNKNOWN: { meaning: 'No entry of writ.yaml matches the repository of the owner.', next: 'Add the lines that are shown to writ.yaml.' },
  PINNED: { meaning: 'The owner follows a tag or a commit, so that a merge to a branch never deploys.', next: 'Move the pin by hand, or let the owner follow a branch.' },
  SUSPENDED: { meaning: 'The owner is suspended; a merge would not deploy.', next: 'Resume the owner, then ask again.' },
  POLICY: { meaning: 'A policy denies the change, or could not be evaluated.', next: 'Change the request so that the policies named in the evidence pass.' },
  SERVER_REFUSES: { meaning: 'The API server does not take the object as the change would leave it: a field it does not know, or a value it finds invalid.', next: 'Ask with a field and a value that the server takes; kubectl explain shows them.' },
  NEEDS_INPUT: { meaning: 'The request leaves a choice open.', next: 'Choose one of the candidates shown.' },
  UNSUPPORTED: { meaning: 'The owner or the request uses something this version does not honour.', next: 'The evidence names the key; make this change by hand.' },
  FOREIGN_PAUSE: { meaning: 'The owner was paused by somebody else than Writ, so that nobody here knows what was there before.', next: 'Resume it with the tool of whoever paused it.' },
  CONFLICT: { meaning: 'Somebody else paused the owner after this pause was asked for; that pause stands, and this one was not begun.', next: 'Ask again to let this pause take the place of the one that is named, or leave that one be.' },
  WINDOW_CLOSED: { meaning: 'A sync window of the owner\'s project is closed for everybody: a sync that is started now would be held back.', next: 'Ask again once it opens, or change the window in the AppProject.' },
  PARENT_REVERTS: { meaning: 'What makes or deploys the owner states the field by which it would be paused, and would put it back.', next: 'Pause what is named in the evidence, or change the field in Git.' },
  DECLINED: { meaning: 'A person rejected this change or closed its change request.', next: 'Talk to the person named; ask again with another value when it is settled.' },
} as const satisfies Record<string, CodeRow>
export type RefusalCode = keyof typeof REFUSALS

/** Ends of a change that are neither a refusal nor a failure: what `ended.code` says beside the other two tables. `exit` is that of a verb which wanted another end. */
export const ENDS = {
  NO_CHANGE: { exit: 0, meaning: 'Another commit brought the value that was asked for, before this change was merged.', next: 'Nothing is left to do.' },
  CANCELLED: { exit: 1, meaning: 'A person cancelled this change.', next: 'Ask again where it is still wanted.' },
  SUPERSEDED: { exit: 1, meaning: 'A later request for the same fields took the place of this change.', next: 'Follow the change that is named.' },
} as const satisfies Record<string, CodeRow & { exit: number }>

/** Failures: something broke or was used wrongly. `step/kebab`. `exit` is the process's exit code (DESIGN.md section 4). */
export const FAILURES = {
  'usage/bad-argument': { exit: 2, meaning: 'An argument or flag cannot be understood.', next: 'See writ COMMAND --help.' },
  'usage/not-supported': { exit: 2, meaning: 'This version cannot do what was asked.', next: 'See docs/README.md for what it can do.' },
  'config/missing': { exit: 2, meaning: 'There is no configuration.', next: 'Run writ init, which writes one from the kubeconfig.' },
  'config/invalid': { exit: 2, meaning: 'A configuration file cannot be used.', next: 'Correct the line that is named.' },
  'identity/unknown': { exit: 2, meaning: 'The caller is not in people.yaml.', next: 'Add the person with the alias that is named to people.yaml.' },
  'identity/not-allowed': { exit: 2, meaning: 'The caller may not do this.', next: 'Ask a person who may.' },
  'files/no-scratch': { exit: 1, meaning: 'No folder for temporary files can be made.', next: 'Check TMPDIR and the space on its disk.' },
  'edit/changed-meanwhile': { exit: 1, meaning: 'A file of the working tree changed while the edit was being proven; nothing was written.', next: 'Ask again.' },
  'edit/write-failed': { exit: 1, meaning: 'The working tree cannot be written; what was written is put back.', next: 'Check the permissions of the folder and the space on its disk.' },
  'cluster/unreachable': { exit: 1, meaning: 'The API server does not answer.', next: 'Check the context in writ.yaml and the network.' },
  'cluster/unauthorized': { exit: 1, meaning: 'The API server refuses the credentials or the right.', next: 'Check the user of the context; writ doctor shows what it may not do, as a role to apply.' },
  'cluster/not-found': { exit: 1, meaning: 'The object is not in the cluster.', next: 'Check kind, namespace and name.' },
  'cluster/unknown-kind': { exit: 2, meaning: 'The API server does not serve this kind.', next: 'Check the spelling, or name it as kind.version.group.' },
  'cluster/ambiguous-kind': { exit: 6, meaning: 'Several API groups serve this kind.', next: 'Name it as kind.version.group.' },
  'cluster/conflict': { exit: 1, meaning: 'Somebody else changed the object at the same moment.', next: 'Ask again.' },
  'cluster/failed': { exit: 1, meaning: 'The API server answered with an error.', next: 'The message is the server\'s own.' },
  'classify/no-container': { exit: 2, meaning: 'The object has no such container.', next: 'Name one of the containers shown.' },
  'classify/no-field': { exit: 2, meaning: 'The kind does not have the field.', next: 'Check what can be set on this kind.' },
  'git/unreachable': { exit: 1, meaning: 'The repository cannot be reached.', next: 'Check the URL, the network and the credentials.' },
  'git/unauthorized': { exit: 1, meaning: 'The repository refuses the credentials.', next: 'Check the credentials of the forge in writ.yaml.' },
  'git/branch-missing': { exit: 1, meaning: 'The branch does not exist in the repository.', next: 'Check the revision of the owner.' },
  'git/push-rejected': { exit: 1, meaning: 'The repository rejected the push.', next: 'Read the repository\'s reason; a protected branch needs rights for the user of Writ.' },
  'git/foreign-commits': { exit: 1, meaning: 'The branch of this change holds commits that Writ did not make.', next: 'Merge or remove them by hand; Writ never overwrites them.' },
  'git/refused': { exit: 2, meaning: 'A URL, branch or argument is not allowed for Git.', next: 'Use https or ssh; http, file and loopback only where insecureAllow says so.' },
  'git/too-large': { exit: 1, meaning: 'The repository or one of its files is larger than Writ handles.', next: 'See docs/editing.md for the limits.' },
  'git/failed': { exit: 1, meaning: 'Git ended with an error.', next: 'The message is Git\'s own.' },
  'forge/unreachable': { exit: 1, meaning: 'The forge cannot be reached.', next: 'Check the host of the forge in writ.yaml and the network; what was begun goes on with the next look.' },
  'forge/unauthorized': { exit: 1, meaning: 'The forge refuses the credentials or the right.', next: 'Check the token of the forge in writ.yaml and its scopes.' },
  'forge/limited': { exit: 1, meaning: 'The forge takes no more requests for now.', next: 'Wait as long as the message says; what was begun goes on then.' },
  'forge/failed': { exit: 1, meaning: 'The forge answered with an error.', next: 'The message is the forge\'s own.' },
  'render/no-renderer': { exit: 1, meaning: 'The renderer that this source needs is not installed or too old.', next: 'Install kustomize 5 or a kubectl that embeds it; writ doctor says what is found.' },
  'render/timeout': { exit: 1, meaning: 'The renderer did not end in time and was stopped.', next: 'Look for a loop in the source, or raise render.timeout.' },
  'approve/own-change': { exit: 2, meaning: 'The requester may not approve the change.', next: 'Ask another person.' },
  'approve/not-human': { exit: 2, meaning: 'Only a human may approve.', next: 'Ask a human.' },
  'approve/not-entitled': { exit: 2, meaning: 'The person may not approve for this environment.', next: 'The message names the group that may.' },
  'approve/signature-needed': { exit: 2, meaning: 'This environment takes signed approvals only.', next: 'Give --key with an SSH key that people.yaml lists.' },
  'approve/bad-signature': { exit: 2, meaning: 'The signature does not prove the approval.', next: 'Sign the document of the present head with a key that people.yaml lists.' },
  'approve/stale': { exit: 2, meaning: 'The approval is for another head, digest or time.', next: 'Look at the change as it is now, and approve that.' },
  'approve/not-waiting': { exit: 2, meaning: 'The change does not wait for an approval.', next: 'See writ get change/ID.' },
  'store/locked': { exit: 1, meaning: 'Another process holds the store for too long.', next: 'Try again; writ doctor names the holder if there is one.' },
  'store/read-only': { exit: 1, meaning: 'The store cannot be written.', next: 'Check owner, rights and free space of the folder that is named.' },
  'store/unusable': { exit: 1, meaning: 'The store cannot be opened.', next: 'Check the file that is named; restore it from a backup.' },
  'change/not-found': { exit: 1, meaning: 'There is no such change.', next: 'See writ list.' },
  'change/ambiguous': { exit: 6, meaning: 'Several changes begin with this id.', next: 'Give more of the id.' },
  'change/ended': { exit: 2, meaning: 'The change has ended.', next: 'Make a new request.' },
  'change/lost-lease': { exit: 1, meaning: 'Another process took this change over.', next: 'Follow it with writ get change/ID --wait.' },
  'verify/timeout': { exit: 5, meaning: 'The change was merged but was not seen live in time.', next: 'Repair what the message names last: the change stays merged, and goes live then. To take it back, revert the merge in Git.' },
  'verify/failed': { exit: 1, meaning: 'The change was merged but did not become live and healthy.', next: 'Repair it in Git, or revert the merge; the message has the words of the controller or of the pod.' },
  'verify/false-synced': { exit: 1, meaning: 'The owner says that it is in sync with the merge, and the live object has another value; a hard refresh did not change that.', next: 'Look for another controller that writes the field, and for what the owner ignores; then sync it by hand.' },
  'verify/owner-changed': { exit: 1, meaning: 'The owner was deleted, or deploys something else than what was edited.', next: 'Look at the owner that the message names, and ask again.' },
  'verify/rolled-back': { exit: 1, meaning: 'The owner deployed the merge, failed, and put the version of before back.', next: 'The message is the controller\'s own; repair or revert in Git.' },
  'verify/history-rewritten': { exit: 1, meaning: 'The branch was rewritten without the merge, and its source still holds the asked values.', next: 'Ask again: what is in Git already is answered so.' },
  'verify/unverifiable': { exit: 1, meaning: 'Writ may not see what it must see to verify the change.', next: 'Give its user the right that the message names; the change is merged all the same.' },
  'act/too-late': { exit: 1, meaning: 'The time of the pause was over before it could begin.', next: 'Ask again with a later end.' },
  'act/not-kept': { exit: 1, meaning: 'The API server took the change of the owner and did not keep the field.', next: 'Look for an admission webhook that removes it, and for a definition that does not have the field.' },
  'sync/not-started': { exit: 1, meaning: 'The sync was not started.', next: 'The message says what stands in the way.' },
  'verify/superseded': { exit: 1, meaning: 'A later commit gave the field another value before this change was seen live.', next: 'The message names the commit; ask again if this value is still wanted.' },
  'verify/reverted': { exit: 1, meaning: 'The change was taken back in Git before it was seen live.', next: 'The message names the commit; talk to its author before asking again.' },
  'sandbox/failed': { exit: 1, meaning: 'The sandbox could not start or its story did not end as it must.', next: 'The message says which part.' },
  'internal/bug': { exit: 1, meaning: 'Writ met a state that it does not know.', next: 'Please report it with the output of the command and WRIT_DEBUG=1.' },
} as const satisfies Record<string, CodeRow & { exit: number }>
export type FailureCode = keyof typeof FAILURES

const ROWS: Readonly<Record<string, CodeRow>> = { ...REFUSALS, ...ENDS, ...FAILURES }

/** What to do next about any of the codes; null for a code of another version. */
export function nextOf(code: string): string | null {
  return ROWS[code]?.next ?? null
}
