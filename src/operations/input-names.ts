/** What the inputs are called where people give them. An input that has no flag is named by what it is. */
const NAMES: Readonly<Record<string, string>> = {
  'target.cluster': '--cluster', 'target.namespace': '--namespace', 'target.type': 'TYPE', 'target.name': 'NAME',
  cluster: '--cluster', namespace: '--namespace', change: 'change/ID', scope: '--scope',
  reason: '--reason', incident: '--incident', rollbackPlan: '--rollback-plan', comment: '--comment', keyFile: '--key',
  'signed.document': '--document', 'signed.armoured': '--signature',
  'end.at': '--until', 'end.after': '--for', end: '--for or --until', prune: '--prune', 'app.cluster': '--cluster', 'app.namespace': '--namespace', app: '--app', target: 'TYPE/NAME',
  dryRun: '--dry-run', until: '--wait', once: '--once', vote: '--vote', path: 'PATH', 'owner.text': '--owner', owner: '--owner', name: 'NAME', create: '-f', delete: '--delete', loadRestrictor: '--load-restrictor',
  'to.change': '--to-change', 'to.commit': '--to-revision', 'to.at': '--to-time', to: '--to-revision', overwrite: '--overwrite',
  signed: '--document and --signature', replicas: '--replicas', currentReplicas: '--current-replicas', container: '-c', limits: '--limits', requests: '--requests',
  images: 'CONTAINER=IMAGE', env: 'NAME=VALUE', fields: 'FIELD=VALUE', patch: '-p', type: '--type', manifest: '-f', asks: '--set', place: '--place', status: '--status', limit: '--limit',
}

/** The flag or word by which a person gives what stands at this path of an operation's input. */
export function inputName(path: readonly PropertyKey[]): string {
  const keys = path.map(String)
  if (keys[0] === 'images' && keys.length > 2) return keys[2] === 'container' ? 'CONTAINER' : 'IMAGE'
  return NAMES[keys.slice(0, 2).join('.')] ?? NAMES[keys[0] ?? ''] ?? keys.join('.')
}
