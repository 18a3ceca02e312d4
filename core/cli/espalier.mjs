#!/usr/bin/env node
// Starts the command line; under a Node older than 24 it starts itself again with the Node 24 that is a dependency.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = new URL('./main.ts', import.meta.url)
const bundled = fileURLToPath(
  new URL(`../../node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`, import.meta.url),
)

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(main.href)
} else if (existsSync(bundled)) {
  const child = spawn(bundled, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' })
  // The terminal sends Ctrl-C to both; the child decides, and this process reports how it ended.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT') child.kill(signal)
    })
  }
  child.on('exit', (code, signal) => (process.exitCode = signal === null ? (code ?? 1) : 130))
} else {
  console.error('Espalier needs Node 24 or newer; run `npm ci`, which brings it along.')
  process.exitCode = 4
}
