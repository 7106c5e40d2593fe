import { scalar } from './scalar.ts'

/** people.yaml with the one person that init knows: the user who runs it. */
export function peopleFile(user: string): string {
  const name = user.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '-').replace(/^[^a-z0-9]+/, '') || 'me'
  return [
    '# people.yaml: who is who. Two-person checks compare persons, not logins: list every alias of a person in one place.',
    '# Somebody who is not in this file may look, and may ask for changes in dev and test only.',
    '', 'people:', `  - name: ${scalar(name)}`, '    groups: []                # add senior to those who may approve for prod', '    aliases:',
    `      os: [${scalar(user)}]`, '      # Public keys that sign approvals for staging and prod (the content of ~/.ssh/id_ed25519.pub):', '      ssh: []', '',
    '  # The requester never approves: a second person is needed wherever approvals are.', '  # - name: somebody', '  #   groups: [senior]', '  #   aliases:', '  #     os: [somebody]', '  #     ssh:', '  #       - ssh-ed25519 AAAA… somebody@example.com', '',
  ].join('\n')
}
