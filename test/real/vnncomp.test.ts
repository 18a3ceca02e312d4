// The competition's own test benchmark through the command line: all five instances as the consensus has them.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { InstanceResult, Summary } from '../../core/io/index.ts'

const folder = resolve(import.meta.dirname, '../../../shared/benchmarks/vnncomp')
const missing = !existsSync(folder)
if (missing) console.log(`skipped: ${folder} is not there`)
const main = resolve(import.meta.dirname, '../../core/cli/main.ts')

function bench(
  suite: string,
  ...flags: string[]
): { code: number | null; results: InstanceResult[]; summary: Summary } {
  const home = mkdtempSync(join(tmpdir(), 'espalier-bench-'))
  const args = ['bench', 'vnncomp', join(folder, suite), '--out', join(home, 'results.csv'), '--json', ...flags]
  const { status, stdout } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })
  rmSync(home, { recursive: true })
  return { code: status, ...(JSON.parse(stdout) as { results: InstanceResult[]; summary: Summary }) }
}

test.skipIf(missing)('test: 5 of 5', () => {
  const { code, results, summary } = bench('test', '--timeout', '60')
  expect(results.map(({ word }) => word)).toEqual(['unsat', 'unsat', 'unsat', 'sat', 'unsat'])
  expect([code, summary.solved, summary.wrong]).toEqual([0, 5, []])
})

test.skipIf(missing)('acasxu: properties 3 and 4 of one network, which want input splitting', () => {
  const { results, summary } = bench('acasxu', '--timeout', '100', '--filter', '2_9_batch')
  expect(results.map(({ word }) => word).slice(2)).toEqual(['unsat', 'unsat'])
  expect(summary.wrong).toEqual([])
})
