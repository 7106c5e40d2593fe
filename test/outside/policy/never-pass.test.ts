import { expect } from 'chai'
import { openPolicies } from '../../../src/outside/policy/open-policies.ts'
import { binding, change, deployment, judgeBy, policy, results, withFolder } from './policy-folder.ts'

type Truth = true | false | 'error'
/** An expression and what CEL says that it is. */
interface Known { readonly text: string, readonly truth: Truth }

const LEAVES: readonly Known[] = [
  ...['true', 'object.spec.replicas == 1', 'has(object.spec)', '"web" == object.metadata.name', 'object.spec.replicas in [1, 2]', 'object.metadata.name.matches("^w")', 'quantity("1Gi") == quantity("1024Mi")'].map(text => ({ text, truth: true }) as const),
  ...['false', 'object.spec.replicas > 1', 'has(object.status)', 'object.metadata.name != "web"', '"x" in object.spec', 'object.metadata.name.matches("^x")'].map(text => ({ text, truth: false }) as const),
  ...['object.nope == 1', 'object.spec.nope.deeper', '1 / 0 == 1', '[1][4] == 1', 'int("x") == 1', 'quantity("many").isInteger()', 'object.metadata.name.matches("(")', 'ip("1.2.3") == ip("1.2.3.4")', 'optional.none().value() == 1',
    'request.userInfo.username == ""', 'namespaceObject.metadata.name == "shop"', 'object.spec.replicas + "a" == "1a"', 'object.spec.replicas < "2"', 'variables.broken', 'lists.range(10).all(x, x / 0 == 1)', '"%d".format(["x"]) == ""'].map(text => ({ text, truth: 'error' }) as const),
]

/** The same numbers for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = state + 0x6D2B79F5 | 0
    let t = Math.imul(state ^ state >>> 15, 1 | state)
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t
    return ((t ^ t >>> 14) >>> 0) / 4294967296
  }
}

function and(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false
  return a === 'error' || b === 'error' ? 'error' : true
}

function not(a: Truth): Truth {
  return a === 'error' ? a : !a
}

function or(a: Truth, b: Truth): Truth {
  return not(and(not(a), not(b)))
}

/** An expression of CEL's logic over the leaves, with its value by CEL's rules for errors. */
function grow(next: () => number, depth: number): Known {
  const leaf = LEAVES[Math.floor(next() * LEAVES.length)] ?? { text: 'true', truth: true }
  if (depth === 0 || next() < 0.1) return leaf
  const [a, b, c] = [grow(next, depth - 1), grow(next, depth - 1), grow(next, depth - 1)]
  switch (Math.floor(next() * 8)) {
    case 0: return { text: `(${a.text} && ${b.text})`, truth: and(a.truth, b.truth) }
    case 1: return { text: `(${a.text} || ${b.text})`, truth: or(a.truth, b.truth) }
    case 2: return { text: `!(${a.text})`, truth: not(a.truth) }
    case 3: return { text: `(${a.text} ? ${b.text} : ${c.text})`, truth: a.truth === 'error' ? 'error' : a.truth ? b.truth : c.truth }
    case 4: return { text: `[1, 2].all(x, x == 1 ? ${a.text} : ${b.text})`, truth: and(a.truth, b.truth) }
    case 5: return { text: `[1, 2].exists(x, x == 1 ? ${a.text} : ${b.text})`, truth: or(a.truth, b.truth) }
    case 6: return { text: `({"k": 1}.all(k, v, v == 1 ? ${a.text} : true))`, truth: a.truth }
    default: return { text: `([0].filter(x, ${a.text}).size() == 1)`, truth: a.truth }
  }
}

/** Judges many expressions at once, each as a policy of its own: the results, in order. */
async function verdicts(expressions: readonly string[], failurePolicy: 'Fail' | 'Ignore', action: string): Promise<readonly string[]> {
  const variables = [{ name: 'broken', expression: 'object.nope.deeper' }]
  const names = expressions.map((_, i) => `p${String(i).padStart(3, '0')}`)
  const files = {
    'resource/all.yaml': names.map((name, i) => JSON.stringify(policy({ failurePolicy, variables, validations: [{ expression: expressions[i], message: 'no' }] }, name))).join('\n---\n'),
    'bindings/all.yaml': names.map(name => JSON.stringify(binding({ policyName: name, validationActions: [action] }, name))).join('\n---\n'),
  }
  const all = await withFolder(files, dir => judgeBy(openPolicies({ dir }), change(null, deployment({ replicas: 1 }))))
  return names.map(name => results(all.filter(verdict => verdict.policy === name)))
}

describe('an evaluation error', () => {
  it('never gives a pass: 300 random expressions have the value that CEL gives them', async () => {
    const next = random(20260728)
    const grown = Array.from({ length: 300 }, (_, i) => grow(next, 1 + i % 4))
    const found = await verdicts(grown.map(each => each.text), 'Fail', 'Deny')
    for (const [i, { text, truth }] of grown.entries()) expect(found[i], text).to.equal(truth === 'error' ? 'error' : truth ? 'pass' : 'deny')
    for (const truth of [true, false, 'error']) expect(grown.filter(each => each.truth === truth).length).to.be.above(30)
  })

  it('never gives a pass under failurePolicy Ignore, and blocks under Warn and Audit', async () => {
    const broken = LEAVES.filter(leaf => leaf.truth === 'error').map(leaf => leaf.text)
    for (const result of await verdicts(broken, 'Ignore', 'Deny')) expect(result).to.be.oneOf(['skip', 'error'])
    for (const action of ['Warn', 'Audit']) expect(new Set(await verdicts(broken, 'Fail', action))).to.deep.equal(new Set(['error']))
  })

  it('is what becomes of text that is no CEL: broken expressions always get a verdict, and never crash', async () => {
    const next = random(4711)
    const whole = 'has(object.spec) && object.spec.replicas > 3 && [1, 2].exists(x, x == 4) && object.metadata.name.startsWith("q")'
    const pieces = ['', '(', ')', '"', '[', '.', '?', '\\', '&', '!', '{', '\u0000', '💥']
    const broken = Array.from({ length: 150 }, () => {
      const at = Math.floor(next() * whole.length)
      return whole.slice(0, at) + (pieces[Math.floor(next() * pieces.length)] ?? '') + whole.slice(at + 1)
    })
    for (const [i, result] of (await verdicts(broken, 'Fail', 'Deny')).entries()) expect(result, broken[i]).to.be.oneOf(['error', 'deny'])
  })
})
