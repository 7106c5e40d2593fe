import { expect } from 'chai'
import { removedField } from '../../../src/flow/fields/removed-field.ts'
import { holds, sameField } from '../../../src/flow/fields/same-field.ts'
import type { Json } from '../../../src/model/json.ts'

describe('a value that holds what is asked', () => {
  const yes: readonly (readonly [string, readonly string[], Json | undefined, Json])[] = [
    ['the same', ['spec', 'replicas'], 3, 3],
    ['a map with more in it', ['spec'], { a: 1, b: 2 }, { a: 1 }],
    ['an item with what the API server sets beside it', ['spec', 'containers'], [{ name: 'web', image: 'a', imagePullPolicy: 'Always' }], [{ name: 'web', image: 'a' }]],
    ['a keyed list with what a webhook puts into it, in any order', ['spec', 'containers'], [{ name: 'side', image: 's' }, { name: 'web', image: 'a' }], [{ name: 'web', image: 'a' }]],
    ['ports by number', ['x', 'ports'], [{ containerPort: 80, protocol: 'TCP' }], [{ containerPort: 80 }]],
    ['amounts inside of maps', ['spec', 'containers', '0'], { resources: { limits: { cpu: '500m', memory: '1Gi' } } }, { resources: { limits: { cpu: 0.5, memory: '1024Mi' } } }],
    ['items of a list without key, with defaults in them', ['spec', 'tolerations'], [{ key: 'a', operator: 'Equal' }], [{ key: 'a' }]],
    ['nothing for an empty map or list, and for null', ['spec'], {}, { a: {}, b: [], c: null }],
    ['an empty map for an empty map', ['emptyDir'], {}, {}],
  ]
  for (const [name, path, actual, wanted] of yes) it(`is ${name}`, () => { expect(holds(path, actual, wanted)).to.equal(true) })

  const no: readonly (readonly [string, readonly string[], Json | undefined, Json])[] = [
    ['another value', ['spec', 'replicas'], 2, 3],
    ['a text for a number', ['spec', 'replicas'], '3', 3],
    ['a map that lacks a key', ['spec'], { b: 2 }, { a: 1 }],
    ['a list that lacks an item', ['spec', 'containers'], [{ name: 'side', image: 's' }], [{ name: 'web', image: 'a' }]],
    ['a longer list without key', ['spec', 'args'], ['a', 'b'], ['a']],
    ['another order of a list without key', ['spec', 'args'], ['b', 'a'], ['a', 'b']],
    ['nothing', ['spec', 'a'], undefined, 'x'],
    ['false for nothing', ['spec', 'a'], undefined, false],
    ['another amount', ['spec', 'resources', 'limits', 'cpu'], '501m', '500m'],
  ]
  for (const [name, path, actual, wanted] of no) it(`is not ${name}`, () => { expect(holds(path, actual, wanted)).to.equal(false) })

  it('is the same amount only where amounts stand', () => {
    expect(sameField(['spec', 'sizeLimit'], '1Gi', '1024Mi')).to.equal(true)
    expect(sameField(['spec', 'hard', 'requests.cpu'], '1', '1000m')).to.equal(true)
    expect(sameField(['data', 'cpu'], '1', '1000m')).to.equal(false)
  })
})

describe('a removed field', () => {
  const said = (path: readonly string[], before: Json, live: Json | undefined): string => {
    const removed = removedField({ path, before }, live)
    return !removed.arrived ? 'still there' : removed.sentence ?? 'gone'
  }
  it('is gone', () => { expect(said(['spec', 'paused'], true, undefined)).to.equal('gone') })
  it('is gone where an empty map is left', () => { expect(said(['resources'], { limits: { cpu: '1' } }, {})).to.equal('gone') })
  it('has not arrived where the former value is live', () => { expect(said(['spec', 'minReadySeconds'], 5, 5)).to.equal('still there') })
  it('has not arrived where one entry of a map is live', () => { expect(said(['metadata', 'labels'], { a: '1', b: '2' }, { b: '2' })).to.equal('still there') })
  it('may be set by the API server, to another value', () => {
    expect(said(['spec', 'replicas'], 3, 1)).to.equal('spec.replicas is gone from Git; the API server has 1 there by itself')
    expect(said(['strategy'], { type: 'Recreate' }, { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } })).to.match(/^strategy is gone from Git; the API server has/)
  })
  it('may be set by the API server to the former value, where that is known to be the default', () => {
    expect(said(['spec', 'replicas'], 1, 1)).to.equal('spec.replicas is gone from Git; it still is 1, which is what the API server sets where nothing is said')
    expect(said(['terminationGracePeriodSeconds'], 31, 31)).to.equal('still there')
  })
})
