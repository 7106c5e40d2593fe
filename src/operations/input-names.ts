/** What the inputs are called where people give them. An input that has no flag is named by what it is. */
const NAMES: Readonly<Record<string, string>> = {
  'target.cluster': '--cluster', 'target.namespace': '--namespace', 'target.type': 'TYPE', 'target.name': 'NAME',
  cluster: '--cluster', namespace: '--namespace', change: 'change/ID', scope: '--scope',
  reason: '--reason', incident: '--incident', rollbackPlan: '--rollback-plan', comment: '--comment', keyFile: '--key',
  'signed.document': '--document', 'signed.armoured': '--signature',
  replicas: '--replicas', currentReplicas: '--current-replicas', container: '-c', limits: '--limits', requests: '--requests',
  images: 'CONTAINER=IMAGE', env: 'NAME=VALUE', fields: 'FIELD=VALUE', patch: '-p', type: '--type', manifest: '-f', place: '--place', status: '--status', limit: '--limit',
}

/** The flag or word by which a person gives what stands at this path of an operation's input. */
export function inputName(path: readonly PropertyKey[]): string {
  const keys = path.map(String)
  if (keys[0] === 'images' && keys.length > 2) return keys[2] === 'container' ? 'CONTAINER' : 'IMAGE'
  return NAMES[keys.slice(0, 2).join('.')] ?? NAMES[keys[0] ?? ''] ?? keys.join('.')
}
