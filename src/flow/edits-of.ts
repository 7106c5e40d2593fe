import { WritError } from '../model/error.ts'
import type { Edit, FieldPath } from '../model/field.ts'
import { objectsAt, textAt, valueAt } from '../model/json.ts'
import type { FieldAsk } from '../model/request.ts'
import { podSpecPath, refOf, showRef } from '../model/resource.ts'
import type { KubernetesObject } from '../model/resource.ts'
import { imageReference } from './image-reference.ts'
import { quantity } from './quantity.ts'

/**
 * The fields of a live object that one ask means, with the value asked for.
 * Containers are named in containers or initContainers; '*' is all of both, as kubectl has it.
 * Throws classify/no-container, classify/no-field, and usage/bad-argument for a value of the wrong shape.
 */
export function editsOf(live: KubernetesObject, ask: FieldAsk): readonly Edit[] {
  switch (ask.kind) {
    case 'replicas': return [replicas(live, ask.value)]
    case 'image': {
      if (!imageReference(ask.value)) throw new WritError('usage/bad-argument', `'${shown(ask.value)}' is not an image reference such as registry.example/team/web:1.2.3.`)
      return containers(live, ask.container).map(path => ({ path: [...path, 'image'], before: undefined, after: ask.value }))
    }
    case 'resource': {
      checkResource(ask)
      return containers(live, ask.container).map(path => ({ path: [...path, 'resources', ask.section, ask.resource], before: undefined, after: ask.value }))
    }
  }
}

const SCALED: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'])

function replicas(live: KubernetesObject, value: number): Edit {
  if (!Number.isSafeInteger(value) || value < 0 || value > 2 ** 31 - 1) throw new WritError('usage/bad-argument', `${value} is not a number of replicas.`)
  if (!SCALED.has(live.kind) && typeof valueAt(live, 'spec', 'replicas') !== 'number') {
    throw new WritError('classify/no-field', `${showRef(refOf(live))} has no replicas.`, { hint: `A ${live.kind} cannot be scaled.` })
  }
  return { path: ['spec', 'replicas'], before: undefined, after: value }
}

function checkResource(ask: FieldAsk & { kind: 'resource' }): void {
  if (!/^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(ask.resource)) {
    throw new WritError('usage/bad-argument', `'${shown(ask.resource)}' is not the name of a resource such as cpu or memory.`)
  }
  const amount = quantity(ask.value)
  if (amount === null || amount < 0n) throw new WritError('usage/bad-argument', `'${shown(ask.value)}' is not a quantity such as 500m or 256Mi.`)
}

function containers(live: KubernetesObject, name: string): readonly FieldPath[] {
  const root = podSpecPath(live.kind)
  if (root === null) throw new WritError('classify/no-field', `${showRef(refOf(live))} has no containers.`, { hint: `A ${live.kind} has no pod template.` })
  const all = (['containers', 'initContainers'] as const).flatMap(list => namesIn(live, root, list).map(container => ({ container, path: [...root, list, { key: 'name', value: container }] })))
  const found = all.filter(one => name === '*' || one.container === name)
  if (found.length > 0) return found.map(one => one.path)
  const names = all.map(one => one.container)
  throw new WritError('classify/no-container', `${showRef(refOf(live))} has no container ${shown(name)}.`, { hint: `It has ${names.join(', ') || 'none'}.`, data: { containers: names } })
}

function namesIn(live: KubernetesObject, root: readonly string[], list: string): readonly string[] {
  return objectsAt(live, ...root, list).flatMap(item => textAt(item, 'name') ?? [])
}

/** A caller's word in a message: short, and without control characters. */
function shown(text: string): string {
  return /^.{0,80}/su.exec(text.replace(/\p{C}/gu, '?'))?.[0] ?? ''
}
