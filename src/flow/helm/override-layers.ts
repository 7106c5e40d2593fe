import type { HelmLayer, HelmRules, RuleSteps, ValuesFrom } from '../../model/helm.ts'
import { isObject, valueAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { TextPlace } from '../../model/overlay.ts'

/** One of Argo CD's override files that is there, in the order in which they are merged. */
export interface Override { readonly file: string, readonly value: Json }

/**
 * The rules of a source that override files were merged into, with the places of their layers: a text or a list is in the last file that has it, else in the
 * Application; maps are merged, so that each file's part is a layer of its own.
 */
export function overriddenHelm(merged: HelmRules, own: HelmRules | undefined, overrides: readonly Override[]): HelmRules {
  const owns = (at: RuleSteps | undefined): TextPlace | null => [...own?.layers ?? [], ...own?.homes ?? []].find(one => sameSteps(one.at, at))?.place ?? null
  const layers = merged.layers.flatMap((layer): readonly (HelmLayer | ValuesFrom)[] => {
    const key = String(layer.at?.[1])
    const from = overrides.findLast(({ value }) => valueAt(value, 'helm', key) !== undefined)
    if (layer.kind === 'values') return partsOf(layer, own, overrides)
    return [{ ...layer, ...from === undefined ? { place: owns(layer.at) } : { name: nameIn(from.file, layer.name), place: inFile(from.file, layer.at) } }]
  })
  const homes = merged.homes.map(home => {
    const from = overrides.findLast(({ value }) => valueAt(value, 'helm', String(home.at?.[1])) !== undefined)
    return from === undefined ? { ...home, place: owns(home.at) } : { ...home, name: nameIn(from.file, home.name), place: inFile(from.file, home.at) }
  })
  return { ...merged, layers, homes }
}

function partsOf(layer: Extract<HelmLayer, { kind: 'values' }>, own: HelmRules | undefined, overrides: readonly Override[]): readonly HelmLayer[] {
  const there = own?.layers.filter(one => one.kind === 'values') ?? []
  const files = overrides.flatMap(({ file, value }) => {
    const values = valueAt(value, 'helm', 'valuesObject')
    return isObject(values) ? [{ ...layer, name: nameIn(file, layer.name), values, place: inFile(file, layer.at) }] : []
  })
  return [...there, ...files]
}

function inFile(file: string, at: RuleSteps | undefined): TextPlace {
  return { file, document: 0, steps: at ?? [] }
}

function nameIn(file: string, name: string): string {
  return `${file} ${name.slice(name.indexOf('.helm.') + 1)}`
}

function sameSteps(a: RuleSteps | undefined, b: RuleSteps | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((step, i) => step === b[i])
}
