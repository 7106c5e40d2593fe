import Mocha from 'mocha'

const { EVENT_TEST_RETRY, EVENT_RUN_END } = Mocha.Runner.constants

/** Spec, and every retry printed when it happens and counted at the end: a scenario that passed at its second try is no clean pass. */
// Mocha loads a reporter by its default export.
// oxlint-disable-next-line import/no-default-export
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options)
    const retried: string[] = []
    runner.on(EVENT_TEST_RETRY, (test, error) => {
      retried.push(test.fullTitle())
      console.log(`  retried: ${test.fullTitle()}\n    ${error.message.split('\n').slice(0, 6).join('\n    ')}`)
    })
    runner.once(EVENT_RUN_END, () => { console.log(`  ${retried.length} retried`) })
  }
}
