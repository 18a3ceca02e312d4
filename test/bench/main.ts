// `npm run bench [words]`: runs the benchmarks whose path holds every word, one process each; without words it runs all.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'

const words = process.argv.slice(2)
// Helpers, and what needs arguments.
const helpers = new Set(['main.ts', 'agreement.ts', join('engine', 'timing.ts'), join('train', 'against-torch.ts')])
const found = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((path) => !helpers.has(path))
const chosen = found.filter((path) => words.every((word) => path.includes(word))).toSorted()

if (chosen.length === 0) {
  process.stderr.write(`No benchmark matches ${words.join(' ')}. There are:\n  ${found.toSorted().join('\n  ')}\n`)
  process.exitCode = 2
}
for (const path of chosen) {
  process.stdout.write(`\n# ${path}\n`)
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, path)], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
