import { expect } from 'chai'
import { replay, transcriptFile } from './transcripts.ts'

describe('embedded Kubernetes API against the recorded answers of a real one', () => {
  it('answers every recorded step alike: code, object, managed fields', async function () {
    const file = transcriptFile()
    if (file === undefined) {
      console.log('      skipped: no recorded answers at ../shared/kube/k8s-transcripts.jsonl (WRIT_SHARED names another folder)')
      return this.skip()
    }
    const score = await replay(file)
    expect(score.differing).to.deep.equal([])
    expect(score).to.include({ steps: 1024, codes: 1024, objects: 1024, managedFields: 1024, everything: 1024 })
  })
})
