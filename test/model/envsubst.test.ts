import { expect } from 'chai'
import { expressionsOf, substitute } from '../../src/model/envsubst.ts'

const VALUES: Readonly<Record<string, string>> = { NAME: 'shop.web.prod', PATH: '/srv/shop/data', EMPTY: '', UMLAUT: 'größe' }

function answer(text: string): string {
  const result = substitute(text, name => name === 'HIDDEN' ? { kind: 'unknown' } : name in VALUES ? { kind: 'value', text: VALUES[name] ?? '' } : { kind: 'unset' })
  return result.ok ? `${result.text}${result.unresolved.map(one => ` ?${one.variable}`).join('')}` : `! ${result.message}`
}

describe('variables as Flux puts them in', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['plain text', 'plain text'],
    ['a ${NAME} b', 'a shop.web.prod b'],
    ['${NAME}${NAME}', 'shop.web.prodshop.web.prod'],
    ['$NAME', '$NAME'],
    ['$${NAME}', '${NAME}'],
    ['cost: 5$$', 'cost: 5$'],
    ['${MISSING:=x y}', 'x y'], ['${MISSING:-x}', 'x'], ['${MISSING=x}', 'x'], ['${EMPTY:=x}', 'x'], ['${EMPTY:-${NAME}}', 'shop.web.prod'], ['${NAME:=x}', 'shop.web.prod'],
    ['${MISSING:=a${NAME}z}', 'ashop.web.prodz'],
    ['${MISSING:=}', ''],
    ['${#NAME}', '13'],
    ['${NAME^}', 'Shop.web.prod'], ['${NAME^^}', 'SHOP.WEB.PROD'], ['${NAME,}', 'shop.web.prod'], ['${NAME,,}', 'shop.web.prod'],
    ['${NAME#*.}', 'web.prod'], ['${NAME##*.}', 'prod'], ['${NAME%.*}', 'shop.web'], ['${NAME%%.*}', 'shop'], ['${NAME#x}', 'shop.web.prod'], ['${NAME#[a-s]}', 'hop.web.prod'],
    ['${NAME/web/api}', 'shop.api.prod'], ['${NAME//o/0}', 'sh0p.web.pr0d'], ['${NAME/#shop/x}', 'x.web.prod'], ['${NAME/%prod/x}', 'shop.web.x'], ['${NAME/./}', 'shopweb.prod'],
    ['${PATH//\\//-}', '-srv-shop-data'],
    ['${NAME:5}', 'web.prod'], ['${NAME:5:3}', 'web'], ['${NAME:-4}', 'shop.web.prod'], ['${NAME: -4}', 'shop.web.prod'], ['${NAME:99}', ''], ['${NAME:x}', 'shop.web.prod'],
    ['${MISSING}', '${MISSING} ?MISSING'], ['${MISSING^^}', '${MISSING^^} ?MISSING'],
    ['${HIDDEN}', '${HIDDEN} ?HIDDEN'], ['${HIDDEN:=x} ${NAME}', '${HIDDEN:=x} shop.web.prod ?HIDDEN'],
    ['${UMLAUT}', 'größe'], ['${UMLAUT:=x}', 'größe'], ['${UMLAUT^^}', '${UMLAUT^^} ?UMLAUT'], ['${#UMLAUT}', '${#UMLAUT} ?UMLAUT'],
    ['${NAME', '! missing closing brace'], ['${}', '! unable to parse variable name'], ['${a b}', '! missing closing brace'], ['${NAME:=x', '! unable to parse substitution within function'],
    ['${NAME-x}', '! missing closing brace'], ['${array[@]}', '! missing closing brace'],
  ]
  for (const [text, expected] of rows) {
    it(`${JSON.stringify(text)} gives ${JSON.stringify(expected)}`, () => { expect(answer(text)).to.equal(expected) })
  }
  it('shows which expressions a text holds', () => {
    expect(expressionsOf('a${B}c${D:=e}')).to.deep.equal([
      { kind: 'text', text: 'a' }, { kind: 'expression', variable: 'B', operator: '', args: [], source: '${B}' },
      { kind: 'text', text: 'c' }, { kind: 'expression', variable: 'D', operator: ':=', args: [{ kind: 'text', text: 'e' }], source: '${D:=e}' },
    ])
    expect(expressionsOf('${')).to.equal(null)
  })
})
