import type { Command } from 'commander'
import { REPLICAS, amounts, namedObject, onlyObject, pairs, wholeNumber } from '../arguments.ts'
import { bad } from '../arguments.ts'
import { changeInput, changeJob, changing, common, optionsOf, textOption } from '../options.ts'
import { addSetEnv, addSetField } from './change-fields.ts'
import { addObjectCommands } from './change-objects.ts'
import { addRollbackCommand } from './rollback.ts'
import { examples } from './take.ts'
import type { Take, Words } from './take.ts'

/** The verbs that ask for a change, spelt as kubectl spells them. */
export function addChangeCommands(program: Command, take: Take): void {
  const set = common(program.command('set').summary('change a field: image, resources, env, field').description('Ask for a change of a field of an object.').helpGroup('Change:').helpCommand(false))
  setImage(set, take)
  setResources(set, take)
  addSetEnv(set, take)
  addSetField(set, take)
  scale(program, take)
  addObjectCommands(program, take)
  addRollbackCommand(program, take)
}

function setImage(set: Command, take: Take): void {
  const command = set.command('image').summary('change the image of containers').argument('<words...>').usage('TYPE/NAME CONTAINER=IMAGE... [options]')
    .description('Change the image of containers. CONTAINER may be * for all of them.')
  examples(common(changing(command)), 'writ set image deployment/web web=registry.example/web:1.4.2 -n shop --dry-run', 'writ set image deployment web web=registry.example/web@sha256:… -n shop --reason "fixes the login loop" --wait')
    .action((words: Words) => {
      const options = optionsOf(command)
      const { rest, ...named } = namedObject(words)
      if (rest.length === 0) throw bad('CONTAINER=IMAGE is missing.', 'Such as: writ set image deployment/web web=registry.example/web:1.4.2')
      const images = pairs(rest, 'CONTAINER=IMAGE').map(([container, image]) => ({ container, image }))
      take(changeJob('set-image', options, { ...changeInput(options, named), images }))
    })
}

function setResources(set: Command, take: Take): void {
  const command = set.command('resources').summary('change limits and requests of containers').argument('<words...>').usage('TYPE/NAME [-c CONTAINER] [--limits=LIST] [--requests=LIST] [options]')
    .description('Change the resource limits and requests of containers.')
    .option('-c, --containers <name>', 'the container, or * for all of them', '*')
    .option('--limits <list>', 'such as cpu=500m,memory=256Mi')
    .option('--requests <list>', 'such as cpu=100m,memory=128Mi')
  examples(common(changing(command)), 'writ set resources deployment/web -c web --limits=memory=256Mi -n shop --dry-run')
    .action((words: Words) => {
      const options = optionsOf(command)
      const limits = amounts(textOption(options, 'limits') ?? undefined, '--limits')
      const requests = amounts(textOption(options, 'requests') ?? undefined, '--requests')
      if (Object.keys(limits).length + Object.keys(requests).length === 0) throw bad('Neither --limits nor --requests is given.', 'Such as: writ set resources deployment/web -c web --limits=memory=256Mi')
      take(changeJob('set-resources', options, { ...changeInput(options, onlyObject(words)), container: textOption(options, 'containers') ?? '*', limits, requests }))
    })
}

function scale(program: Command, take: Take): void {
  const command = program.command('scale').argument('<words...>').usage('TYPE/NAME --replicas=N [options]').helpGroup('Change:')
    .summary('change the number of replicas').description('Change the number of replicas.')
    .requiredOption('--replicas <n>', 'the number asked for')
    .option('--current-replicas <n>', 'only if the object has this many now')
  examples(common(changing(command)), 'writ scale deployment/web --replicas=4 -n shop')
    .action((words: Words) => {
      const options = optionsOf(command)
      const current = textOption(options, 'currentReplicas')
      take(changeJob('scale', options, {
        ...changeInput(options, onlyObject(words)),
        replicas: wholeNumber(textOption(options, 'replicas') ?? '', '--replicas', REPLICAS),
        currentReplicas: current === null ? null : wholeNumber(current, '--current-replicas', REPLICAS),
      }))
    })
}
