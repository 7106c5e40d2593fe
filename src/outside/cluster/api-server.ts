import { isObject, textAt, valueAt } from '../../model/json.ts'
import { isKubernetesObject, showRef, refOf } from '../../model/resource.ts'
import type { ApiServer } from '../../flow/ports.ts'
import type { DryRun, DryRunRules } from '../../model/dry-run.ts'
import { answerError } from './api-error.ts'
import type { ApiRequest, Connection } from './connection.ts'
import { dryRunOf } from './dry-run.ts'
import { FIELD_MANAGER, pathOf } from './kubernetes-cluster.ts'
import { openApi } from './open-api.ts'

/** The port `ApiServer` over one connection. Nothing is tried twice that writes. */
export function apiServer(connection: Connection): ApiServer {
  const { cluster } = connection

  async function dryRun(what: string, sent: Pick<ApiRequest, 'path' | 'applied' | 'patch'> & { readonly force?: true }, { manager, strict, within }: DryRunRules): Promise<DryRun> {
    const { path, force, ...body } = sent
    const query = new URLSearchParams({ dryRun: 'All', fieldManager: manager, ...force === undefined ? {} : { force: 'true' }, fieldValidation: strict === undefined ? 'Ignore' : 'Strict' })
    const answer = await connection.send({ what, path: `${path}?${query.toString()}`, ...body, anyStatus: true, ...within === undefined ? {} : { within } })
    const error = answerError(cluster, what, answer)
    const said = dryRunOf(answer, error.message)
    if (said === null) throw error
    return said
  }

  return {
    async patch(kind, { namespace, name }, patch) {
      const what = `patch ${kind.plural} ${namespace === null ? '' : `${namespace}/`}${name}`
      const answer = await connection.send({ what, path: `${pathOf(kind, namespace, name)}?fieldManager=${FIELD_MANAGER}`, patch })
      if (answer.status !== 200 || !isKubernetesObject(answer.body)) throw answerError(cluster, what, answer)
      return answer.body
    },
    dryApply(kind, object, rules) {
      const { namespace, name } = refOf(object)
      return dryRun(`apply ${showRef(refOf(object))} without keeping it`, { path: pathOf(kind, namespace, name), applied: object, force: true }, rules)
    },
    dryPatch(kind, { namespace, name, patch }, rules) {
      return dryRun(`patch ${showRef({ kind: kind.kind, namespace, name })} without keeping it`, { path: pathOf(kind, namespace, name), patch }, rules)
    },
    schemas: openApi(connection),
    async may({ verb, group, resource, namespace }) {
      const what = `ask for the right to ${verb} ${resource}`
      const [plural, subresource] = resource.split('/')
      const resourceAttributes = { verb, group, resource: plural, ...subresource === undefined ? {} : { subresource }, ...namespace === null ? {} : { namespace } }
      const created = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } }
      const answer = await connection.send({ what, path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', created })
      if (answer.status !== 201 && answer.status !== 200) throw answerError(cluster, what, answer)
      return valueAt(answer.body, 'status', 'allowed') === true
    },
    async version() {
      const what = 'get the version'
      const answer = await connection.send({ what, path: '/version' })
      if (answer.status !== 200 || !isObject(answer.body)) throw answerError(cluster, what, answer)
      return textAt(answer.body, 'gitVersion') ?? 'no version'
    },
  }
}
