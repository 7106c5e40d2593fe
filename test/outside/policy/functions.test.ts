import { expect } from 'chai'
import { compile, plainMessage } from '../../../src/outside/policy/cel/program.ts'
import { evaluatingEnvironment, readingEnvironment } from '../../../src/outside/policy/cel/environment.ts'
import { meter } from '../../../src/outside/policy/cel/meter.ts'
import { FUNCTIONS, METHODS } from '../../../src/outside/policy/cel/names.ts'
import { celValue } from '../../../src/outside/policy/cel/values.ts'

const steps = meter(10_000_000)
const compiler = { reading: readingEnvironment(), evaluating: evaluatingEnvironment(steps) }
const use = new Set(['object'])
const object = celValue({ n: 2, f: 1.5, s: 'web', list: [3, 1, 2], map: { a: 1, b: 'x' }, same: { b: 'x', a: 1 }, constructor: { name: 'own' }, nothing: null, nested: [{ k: [1] }, { k: [] }] })

function value(expression: string): unknown {
  steps.restart()
  steps.begin(1_000_000)
  return compile(compiler, expression, { use, type: 'any' }).run({ object })
}

/** All of these are true. */
const TRUE: Readonly<Record<string, readonly string[]>> = {
  equality: [
    'object.map == object.same', 'object.map == {"b": "x", "a": 1}', '1 == 1.0', '2u == 2', 'object.n == 2.0', '!(1 == "1")', 'null == null', '!(object.map == null)', '[1, "a", [2]] == [1, "a", [2]]', '[1] != [1, 2]',
    'object.n in [1, 2.0]', '"a" in object.map', '!("toString" in object.map)', '!("c" in {"d": 1})', 'optional.of(1) == optional.of(1)', 'optional.none() != optional.of(1)', 'b"ab" == bytes("ab")', 'type(1) == int && type("") == string && type(null) == null_type',
    'duration("60s") == duration("1m")', 'timestamp("2026-01-01T00:00:00Z") == timestamp("2026-01-01T01:00:00+01:00")', 'quantity("1") in [quantity("1000m")]', 'ip("::1") == ip("0:0:0:0:0:0:0:1")',
  ],
  'keys that JavaScript knows': ['object.constructor.name == "own"', '!has(object.__proto__)', '!("hasOwnProperty" in object)', 'object.?toString.orValue("none") == "none"', '!has(object.map.constructor)', '!has(object.nothing)'],
  has: ['has(object.map.a)', '!has(object.map.c)', '!has(object.s.length)', '!has(object.n.x)', 'has(object.nested[0].k)', '!has(object.nested[0].z)', '!has(object.?none.x)', 'has({"a": 1}.a)'],
  conditionals: ['(object.n == 2 ? 1 : "one") == 1', '(object.n == 3 ? [1] : null) == null'],
  comprehensions: [
    'object.list.all(x, x > 0)', 'object.list.exists(x, x == 3)', 'object.list.exists_one(x, x == 3)', 'object.list.existsOne(x, x == 3)', 'object.list.map(x, x * 2) == [6, 2, 4]', 'object.list.map(x, x > 1, x * 2) == [6, 4]', 'object.list.filter(x, x > 1) == [3, 2]',
    'object.map.all(k, k in ["a", "b"])', 'object.map.exists(k, v, k == "b" && v == "x")', 'object.list.all(i, x, object.list[i] == x)', 'object.list.exists(i, x, i == 2 && x == 2)', 'object.list.existsOne(i, x, x > i)', 'object.list.transformList(i, x, x + i) == [3, 2, 4]', 'object.list.transformList(i, x, i > 0, x) == [1, 2]',
    'object.map.transformMap(k, v, k + "!") == {"a": "a!", "b": "b!"}', 'cel.bind(x, object.n, x * x) == 4', '[1, 2].map(x, [3].map(y, x * y)) == [[3], [6]]', '[[1]].all(x, x.all(x, x == 1))', '[1].all(x, true) || object.nope', 'object.nested.map(x, x.k.size()) == [1, 0]',
  ],
  optionals: ['object.?n.hasValue()', 'object.?z.orValue(3) == 3', 'object.?z.?y.orValue(3) == 3', 'object.?z.or(object.?n).value() == 2', 'object.?n.optMap(x, x + 1).orValue(0) == 3', 'object.?z.optMap(x, x + 1).orValue(0) == 0', 'object.?n.optFlatMap(x, optional.none()).orValue(9) == 9', 'object.list[?0].orValue(0) == 3', 'object.list[?9].orValue(0) == 0', 'object.map[?"a"].orValue(0) == 1', 'optional.ofNonZeroValue("") == optional.none()', 'optional.ofNonZeroValue([1]).hasValue()'],
  strings: [
    '"tacocat".charAt(3) == "o"', '"hello".indexOf("l") == 2', '"hello".indexOf("l", 3) == 3', '"hello".lastIndexOf("l") == 3', '["a", "b"].join() == "ab"', '["a", "b"].join("-") == "a-b"', '"TacoCÆt".lowerAscii() == "tacocÆt"', '"TacoCÆt".upperAscii() == "TACOCÆT"',
    '"hello hello".replace("he", "we") == "wello wello"', '"hello hello".replace("he", "we", 1) == "wello hello"', '"a.b".replace(".", "$&") == "a$&b"', '"a b c".split(" ") == ["a", "b", "c"]', '"a b c".split(" ", 2) == ["a", "b c"]', '"hello".substring(1, 3) == "el"', '" x ".trim() == "x"',
    '"%s is %d and %.1f, %x %X %o %b %e %%".format(["a", 3, 1.25, 255, 255, 8, true, 1000.0]) == "a is 3 and 1.3, ff FF 10 1 1.000000e+03 %"', '"%s".format([["a", 1, null]]) == "[\\"a\\", 1, null]"', '"%s".format([{"b": 1, "a": true}]) == "{\\"a\\": true, \\"b\\": 1}"', 'strings.quote("a\\"b\\n") == "\\"a\\\\\\"b\\\\n\\""', '"💥a".size() == 2',
  ],
  'regular expressions': ['"xABCx".matches("(?i)abc")', 'matches("abc", "^a.c$")', '!"abc".matches("^b")', '"abc 123".find("[0-9]+") == "123"', '"abc".find("[0-9]+") == ""', '"1 22 333".findAll("[0-9]+") == ["1", "22", "333"]', '"1 22 333".findAll("[0-9]+", 2) == ["1", "22"]', '"1 22".findAll("x") == []', '"a\\nb".matches("(?s)a.b")', '["a1", "b2"].all(x, x.matches("^[a-z]\\\\d$"))'],
  lists: ['[1, 2, 2].isSorted()', '![2, 1].isSorted()', '[1, 2, 3].sum() == 6', '[1.5, 2.5].sum() == 4.0', '[].sum() == 0', 'object.list.min() == 1', 'object.list.max() == 3', '[1, 2, 1].indexOf(1) == 0', '[1, 2, 1].lastIndexOf(1) == 2', '[1].indexOf(5) == -1', '[1, 2, 3].slice(1, 2) == [2]', '[[1], [2, [3]]].flatten() == [1, 2, [3]]', '[1, 1.0, 2].distinct() == [1, 2]', 'object.list.sort() == [1, 2, 3]', 'object.list.reverse() == [2, 1, 3]', 'object.list.sortBy(x, -x) == [3, 2, 1]', 'object.list.first().value() == 3', '[].last() == optional.none()', 'lists.range(3) == [0, 1, 2]'],
  sets: ['sets.contains([1, 2], [2.0])', '!sets.contains([1], [1, 2])', 'sets.equivalent([1, 1], [1])', 'sets.intersects([1, 2], [2, 3])', '!sets.intersects([1], [])'],
  quantities: [
    'quantity("1Gi") == quantity("1024Mi")', 'quantity("0.5") == quantity("500m")', 'quantity("1e3") == quantity("1k")', 'quantity("1E") == quantity("1e18")', 'isQuantity("12Mi") && !isQuantity("Mi") && !isQuantity("1Mib") && !isQuantity("") && !isQuantity(".")', 'quantity("-5").sign() == -1', 'quantity("200M").isInteger()', '!quantity("1.5").isInteger()', 'quantity("50k").asInteger() == 50000', 'quantity("9999999999999999999999").isInteger() == false',
    'quantity("50703").asApproximateFloat() == 50703.0', 'quantity("50k").add(20) == quantity("50020")', 'quantity("50k").sub(quantity("20")) == quantity("49980")', 'quantity("100M").isGreaterThan(quantity("50Mi"))', 'quantity("50m").isLessThan(quantity("1"))', 'quantity("1").compareTo(quantity("2")) == -1', 'quantity("0.1n") == quantity("1n")', 'quantity(string(4294967296)) == quantity("4Gi")',
  ],
  addresses: [
    'isIP("1.2.3.4") && isIP("::1") && !isIP("1.2.3") && !isIP("01.2.3.4") && !isIP("::ffff:1.2.3.4") && !isIP("fe80::1%eth0") && !isIP("1:2:3:4:5:6:7:8:9") && !isIP(":::")', 'ip("10.0.0.1").family() == 4 && ip("::1").family() == 6', 'ip("127.0.0.1").isLoopback() && ip("::1").isLoopback()', 'ip("0.0.0.0").isUnspecified()', 'ip("10.1.1.1").isGlobalUnicast() && !ip("224.0.0.1").isGlobalUnicast()', 'ip("169.254.1.1").isLinkLocalUnicast() && ip("ff02::1").isLinkLocalMulticast()',
    'ip.isCanonical("2001:db8::1") && !ip.isCanonical("2001:DB8::1")', 'string(ip("2001:db8:0:0:1:0:0:1")) == "2001:db8::1:0:0:1"', 'isCIDR("10.0.0.0/8") && !isCIDR("10.0.0.0/33") && !isCIDR("10.0.0.0") && !isCIDR("10.0.0.0/08")', 'cidr("10.0.0.0/8").containsIP("10.2.3.4") && !cidr("10.0.0.0/8").containsIP(ip("11.0.0.1"))', 'cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16") && !cidr("10.1.0.0/16").containsCIDR(cidr("10.0.0.0/8"))', 'cidr("10.1.2.3/8").masked() == cidr("10.0.0.0/8")', 'cidr("::/0").prefixLength() == 0 && cidr("::/0").containsIP("2001:db8::1") && !cidr("::/0").containsIP("1.2.3.4")', 'string(cidr("10.1.2.3/8").ip()) == "10.1.2.3"',
  ],
  URLs: ['isURL("https://a:80/b?c=d") && isURL("/abs") && !isURL("rel") && !isURL("https://a:b:c/") && !isURL("http://a b/")', 'url("https://u:p@example.com:80/a%20b?q=1&q=2").getHost() == "example.com:80"', 'url("https://[::1]:80/").getHostname() == "::1"', 'url("https://h:80/").getPort() == "80"', 'url("https://h/a%20b").getEscapedPath() == "/a%20b"', 'url("https://h/?q=1&q=2").getQuery() == {"q": ["1", "2"]}', 'url("/p").getScheme() == ""'],
  times: ['timestamp("2026-03-02T10:20:30Z").getFullYear() == 2026', 'duration("90m").getHours() == 1', 'timestamp("2026-03-02T10:20:30Z") + duration("1h") == timestamp("2026-03-02T11:20:30Z")'],
}

/** All of these are refused when they are compiled, with this in the message. */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['format.dns1123Label()', /format\.dns1123Label\(\) is not supported locally/], ['semver("1.2.3")', /semver\(\) is not supported/], ['"a".reversed()', /\.reversed\(\) is not supported/], ['b"a".hex()', /\.hex\(\) is not supported/],
  ['sets.union([1], [2])', /sets\.union\(\) is not supported/], ['math.greatest(1, 2)', /math\.greatest\(\) is not supported/], ['writ_matches("a", "(a+)+")', /writ_matches\(\) is not supported/], ['writ_pay(1)', /is not supported/], ['[1].all(writ_1, true)', /plain names/],
  ['params.x', /no paramKind/], ['other', /other is not known here/], ['object.all(a, b, c, d, true)', /all\(\) has 5 arguments/], ['has(object)', /has\(\) needs/], ['has(object["a"])', /has\(\) needs/], ['1 +', /Unexpected token/], ['"abc', /Unterminated/], ['true && 1', /Logical operator/], ['1 < "a"', /no such overload/], ['object.list.map(1, 2)', /./],
]

/** All of these end as an error when they are evaluated. */
const FAILING = ['object.nope', 'object.n.deeper', 'object.list[9]', '1 / 0', '9223372036854775807 + 1', 'int("x")', 'quantity("x")', 'ip("x")', 'cidr("1.2.3.4")', 'url("x")', '"a".matches("(")', '"a".matches("(?=a)")', '[1, "a"].max()', '[].min()', '"a".charAt(9)', '[1].slice(0, 9)', '"%d".format(["x"])', '"%s %s".format([1])', '"%q".format([1])', 'optional.none().value()', 'object.s + 1', 'object.s < 1', 'object.nothing', 'object.n.matches("2")', '[1].join()', 'object.s in 5', 'object.n.all(x, true)', 'object.?s.?x.value()', 'object.n.orValue(1)']

describe('the functions of Kubernetes\' CEL', () => {
  for (const [area, expressions] of Object.entries(TRUE)) {
    it(`${area} are as Kubernetes has them`, () => {
      for (const expression of expressions) expect(value(expression), expression).to.equal(true)
    })
  }

  it('what is not supported is refused by name before anything is evaluated', () => {
    for (const [expression, message] of REFUSED) {
      expect(() => compile(compiler, expression, { use, type: 'any' }), expression).to.throw(message)
    }
  })

  it('errors of the evaluation are errors, never values', () => {
    for (const expression of FAILING) expect(() => value(expression), expression).to.throw()
  })

  it('messages are one line, without the rewritten expression', () => {
    for (const expression of FAILING) {
      try {
        value(expression)
      } catch (error) {
        expect(plainMessage(error), expression).to.not.match(/\n|writ_/)
      }
    }
  })

  it('every function that is listed is there, and every one that is there is listed', () => {
    const { functions } = compiler.evaluating.getDefinitions()
    const there = new Set(functions.map(each => each.name))
    const spelled = new Set(['matches', 'join', 'lowerAscii', 'upperAscii', 'has', 'existsOne', 'transformList', 'transformMap', 'sortBy', 'optMap', 'optFlatMap'])
    for (const name of [...METHODS, ...FUNCTIONS]) expect(there.has(name) || spelled.has(name), name).to.equal(true)
    // What the engine has beyond Kubernetes' CEL stays out of reach.
    const beyond = [...there].filter(name => !METHODS.has(name) && !FUNCTIONS.has(name) && !name.startsWith('writ_'))
    expect(beyond).to.have.members(['json', 'hex', 'base64', 'at', 'bind', 'none', 'of'])
  })
})
