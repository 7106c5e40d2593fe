import { applicationsOf } from '../../model/application-set/applications.ts'
import type { GitTree } from '../../model/application-set/git-paths.ts'
import type { Json } from '../../model/json.ts'
import type { GeneratesRules } from '../../model/owner.ts'
import { refKey, refOf } from '../../model/resource.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { lookAt } from '../edit/look.ts'
import type { Look } from '../edit/look.ts'
import type { Texts } from '../edit/place.ts'
import { jsonOf, readSource } from '../edit/source.ts'
import type { Looker } from './looks.ts'
import { inputOf } from './set-input.ts'
import type { TreeIndex } from './tree-index.ts'

/** Where a field of an Application stands that an ApplicationSet generates: the value in a file of a git generator, and nothing else. */
export function setLooker(generates: GeneratesRules, { index, ref }: { readonly index: Pick<TreeIndex, 'files' | 'symlinks'>, readonly ref: ObjectRef }): Looker {
  const { set, url, revision, clusters = [] } = generates
  return {
    looks(edit, { texts }): readonly Look[] {
      const tree = gitTree(index, texts)
      const { apps } = applicationsOf(set, { trees: git => git.url === url && git.revision === revision ? tree : null, clusters })
      const own = apps.find(({ app }) => refKey(refOf(app)) === refKey(ref))
      const input = own === undefined ? null : inputOf(set, { params: own.params, only: false, edit })
      if (input === null || !('file' in input)) return input === null || 'path' in input ? [] : [{ kind: 'blocked', code: 'NO_CANDIDATE', at: `ApplicationSet ${set.namespace}/${set.name}`, sentence: input.because }]
      const text = texts.get(input.file)
      if (typeof text !== 'string') return []
      const look = lookAt({ source: readSource(text, 'last'), document: 0, start: [], path: input.steps.map(String) }, input, { file: input.file, what: `value that ApplicationSet ${set.name} is generated from`, depth: 0, layer: 0 })
      return look === null ? [] : [look]
    },
    suspects: () => [],
  }
}

/** The files that generators may read, as their texts stand. */
export function gitTree({ files, symlinks }: Pick<TreeIndex, 'files' | 'symlinks'>, texts: Texts): GitTree {
  return {
    files: [...files, ...symlinks].sort(),
    json(file): Json | undefined {
      const text = texts.get(file)
      const [value, ...more] = typeof text === 'string' ? jsonOf(readSource(text, 'last')) ?? [undefined, undefined] : [undefined]
      return more.length > 0 ? undefined : typeof text === 'string' && text.trim() === '' ? null : value
    },
  }
}
