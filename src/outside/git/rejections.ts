/** Why a forge or a server turns a push down: what its words mean, whether the same push may pass later, and what to do. */
export interface Rejection { readonly text: RegExp, readonly retry?: true, readonly hint: string }

/**
 * The texts of GitHub, GitLab, Gitea, Forgejo, Bitbucket, Azure DevOps and of Git's own receive-pack (editing.md 4.5). In this order: the first that is found decides,
 * so that a rule is told before the sentence that only says that there was one.
 */
export const REJECTIONS: readonly Rejection[] = [
  // A name cannot be a branch and a folder of branches; the words begin like those of a race, which passes.
  { text: /' exists; cannot create '|cannot process '[^']*' and '|directory.?file conflict|non-empty directory '[^']*' blocking/i, hint: 'A branch is named as a folder of this one, or the other way round: rename or delete it in the repository.' },
  { text: /no space left on device|disk quota exceeded|unable to create temporary (?:file|object directory)|index-pack abnormal exit|unable to migrate objects|unable to write sha1|fatal error in commit_refs|internal (?:server|api) ?(?:error|unreachable)|api is not accessible|git server, gitaly, is not available|temporarily read-only|maintenance mode|try again later/i, retry: true, hint: 'The server cannot store it now; whoever runs it knows why.' },
  { text: /fsck error|fsck-objects|unpacker error|unpack failed|remote unpack/i, hint: 'The server could not take the objects; whoever runs it finds the reason in its log.' },
  { text: /push protection|push cannot contain secrets|secrets? detected|contains? secrets/i, hint: 'The forge takes something in the change for a secret: look at the change; what is none is allowed at the forge.' },
  { text: /GH001|exceeds .{0,40}file size limit|larger than the allowed size|large files? detected|(?:size|storage) limit|quota/i, hint: 'A limit of the forge on sizes: of a file, of the push or of the repository.' },
  { text: /verified signatures?|unverified commit|must be signed|not signed|unsigned commit|reject(?:ed)? unsigned/i, hint: 'The branch takes signed commits alone: name a key with signing in writ.yaml, and make its public half known to the forge.' },
  { text: /GH007|private email|committer email|verified emails?|is not a member of team|author '[^']*'|committer '?[^']*'? (?:is|does|must)|does not match .{0,40}(?:email|identity)/i, hint: 'A rule on authors or committers: set git.name and git.email in writ.yaml to those of Writ\'s user, or exempt it from the rule.' },
  { text: /branch name|name of (?:the )?branch|creating .{0,60}matching ref|branch creation/i, hint: 'A rule on the names of branches: allow those that begin with writ/.' },
  { text: /commit message|message does not/i, hint: 'A rule on commit messages: exempt Writ\'s user, or the branches that begin with writ/.' },
  { text: /without `?workflows?`? (?:scope|permission)|refusing to allow/i, hint: 'The change touches a workflow of CI, which needs a right of its own.' },
  { text: /archived|mirror repository|read-only/i, hint: 'The repository is read-only: archived, or a mirror of another one.' },
  { text: /status checks? .{0,80}(?:expected|required|pending|failing)|GH006|GH013|protected (?:branch|ref)|through (?:a )?(?:pull|merge) requests?|TF402455|not allowed to (?:force )?push|pushes to this branch are not permitted|rule violations|approving review|linear history|must not contain merge commits|is protected from/i, hint: 'The branch is protected: change requests of the forge itself (its own kind in writ.yaml) are merged under its rules; kind: plain needs a user that may push.' },
  { text: /shallow update not allowed/i, hint: 'The repository is a shallow copy on the server; it must be a whole one.' },
  { text: /hidden ref|currently checked out|refusing to update checked out|TF40[0-9]{4}|deny(?:ing)? (?:updating|non-fast|creating|deleting)|prohibited by/i, hint: 'A setting of the server does not allow it.' },
  { text: /hook declined|GL-HOOK-ERR|GH0[0-9]{2}:|push declined|push rule|remote: (?:error|fatal): (?:hook|push) /i, hint: 'A hook of the server decides this; its words are above, or in its log.' },
]
