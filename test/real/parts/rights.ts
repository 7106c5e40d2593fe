import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Json } from '../../../src/model/json.ts'
import { isKubernetesObject } from '../../../src/model/resource.ts'
import type { Connection } from './connection.ts'

/** The roles that Writ's documents ask for. */
export const RBAC = join(import.meta.dirname, '..', '..', '..', 'deploy', 'kubernetes', 'rbac.yaml')

/** Gives the user `writ` exactly the rights of the documents, and nothing else. */
export async function grantRights(admin: Connection): Promise<void> {
  const objects = parseAllDocuments(readFileSync(RBAC, 'utf8')).map(document => document.toJS() as Json).filter(isKubernetesObject)
  for (const object of objects) await admin.api.apply(object, 'setup')
  await admin.api.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'writ' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'writ' }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'writ' }],
  }, 'setup')
}
