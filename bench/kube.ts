import { replay, transcriptFile } from '../test/sandbox/kube/transcripts.ts'

/**
 * Replays the answers recorded from a real kube-apiserver against the embedded API and prints how many are the same:
 * status codes, objects (for refusals: reason, message and causes), managedFields, everything; then the steps that differ.
 */
const file = transcriptFile()
if (file === undefined) {
  console.log('skipped: no recorded answers at ../shared/kube/k8s-transcripts.jsonl (WRIT_SHARED names another folder)')
} else {
  const score = await replay(file)
  for (const name of ['codes', 'objects', 'managedFields', 'everything'] as const) {
    console.log(`${name.padEnd(14)} ${score[name]} of ${score.steps} (${(100 * score[name] / score.steps).toFixed(1)} %)`)
  }
  console.log(`${score.differing.length} steps differ`)
  for (const line of score.differing) console.log(`  ${line}`)
}
