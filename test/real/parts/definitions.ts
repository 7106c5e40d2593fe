import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { objectsAt, textAt } from '../../../src/model/json.ts'
import type { Json } from '../../../src/model/json.ts'
import { isKubernetesObject } from '../../../src/model/resource.ts'
import { nameOf } from '../../../src/sandbox/api.ts'
import type { Connection } from './connection.ts'
import { pause } from './program.ts'

/** Applies every CustomResourceDefinition of a folder and waits until the API serves them. */
export async function installDefinitions(admin: Connection, folder: string): Promise<void> {
  const objects = readdirSync(folder).map(name => parse(readFileSync(join(folder, name), 'utf8')) as Json).filter(isKubernetesObject).filter(object => object.kind === 'CustomResourceDefinition')
  for (const object of objects) await admin.api.apply(object, 'setup')
  for (const object of objects) {
    const established = async (): Promise<boolean> => {
      const found = await admin.api.get(nameOf(object))
      return objectsAt(found ?? undefined, 'status', 'conditions').some(one => textAt(one, 'type') === 'Established' && textAt(one, 'status') === 'True')
    }
    while (!await established()) await pause(100)
  }
}
