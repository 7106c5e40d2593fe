#!/usr/bin/env node
import { main } from './doors/cli/main.ts'
import { terminal } from './doors/cli/terminal.ts'
import { configFolder } from './outside/config/folder.ts'
import { redact, redactJson } from './outside/redact.ts'

process.exitCode = await main(process.argv.slice(2), {
  configFolder, redact, redactJson,
  connect: async options => (await import('./wire.ts')).connect(options),
  setup: async options => (await import('./wire.ts')).setup(options),
  editing: async () => (await import('./wire.ts')).editing(),
  checking: async options => (await import('./wire.ts')).checking(options),
  machine: async options => (await import('./wire.ts')).machine(options),
  sandbox: async (command, options) => (await import('./wire.ts')).sandbox(command, options),
}, terminal())
