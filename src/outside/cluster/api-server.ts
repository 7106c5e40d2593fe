import { isObject, textAt, valueAt } from '../../model/json.ts'
import { isKubernetesObject, showRef, refOf } from '../../model/resource.ts'
import type { ApiServer } from '../../flow/ports.ts'
import { answerError } from './api-error.ts'
import type { Connection } from './connection.ts'
import { FIELD_MANAGER, pathOf } from './kubernetes-cluster.ts'

/** The port `ApiServer` over one connection. Nothing is tried twice that writes. */
export function apiServer(connection: Connection): ApiServer {
  const { cluster } = connection
  return {
    async patch(kind, { namespace, name }, patch) {
      const what = `patch ${kind.plural} ${namespace === null ? '' : `${namespace}/`}${name}`
      const answer = await connection.send({ what, path: `${pathOf(kind, namespace, name)}?fieldManager=${FIELD_MANAGER}`, patch })
      if (answer.status !== 200 || !isKubernetesObject(answer.body)) throw answerError(cluster, what, answer)
      return answer.body
    },
    async dryApply(kind, object, manager) {
      const { namespace, name } = refOf(object)
      const what = `apply ${showRef(refOf(object))} without keeping it`
      const query = new URLSearchParams({ dryRun: 'All', fieldManager: manager, force: 'true', fieldValidation: 'Ignore' })
      const answer = await connection.send({ what, path: `${pathOf(kind, namespace, name)}?${query.toString()}`, applied: object })
      if ((answer.status === 200 || answer.status === 201) && isKubernetesObject(answer.body)) return { kind: 'made', object: answer.body }
      const sentence = answerError(cluster, what, answer).message
      if (answer.status === 403) return { kind: 'forbidden', sentence }
      // What the server finds wrong with the object is an answer; 404 is a namespace or kind that is not there.
      if (answer.status === 400 || answer.status === 404 || answer.status === 409 || answer.status === 422) return { kind: 'refused', sentence }
      throw answerError(cluster, what, answer)
    },
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
