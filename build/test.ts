// `npm test`: lint, build the renderer, run every test project, and end with one line that counts them.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

const scratch = mkdtempSync(join(tmpdir(), 'espalier-test-'))
const total: Counts = { passed: 0, failed: 0, skipped: 0 }

function run(command: string, args: readonly string[]): boolean {
  process.stdout.write(`\n$ ${command} ${args.join(' ')}\n`)
  return spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status === 0
}

/** A step that is one check: it passes or it fails. */
function check(command: string, args: readonly string[]): void {
  if (run(command, args)) total.passed++
  else total.failed++
}

/** A Vitest project, counted test by test; a crash before any report counts as one failure. */
function testProject(project: string): void {
  const file = join(scratch, `${project}.json`)
  const ok = run('npx', [
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ])
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>
    total.passed += report['numPassedTests'] ?? 0
    total.skipped += (report['numPendingTests'] ?? 0) + (report['numTodoTests'] ?? 0)
    total.failed += report['numFailedTests'] ?? 0
    if (!ok && report['numFailedTests'] === 0) total.failed++
  } catch {
    total.failed++
  }
}

for (const rule of ['types', 'svelte', 'code', 'arrows', 'format']) check('npm', ['run', '--silent', `lint:${rule}`])
check('npm', ['run', '--silent', 'build:renderer'])
for (const project of ['unit', 'trust', 'real', 'e2e']) testProject(project)

rmSync(scratch, { recursive: true, force: true })
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
