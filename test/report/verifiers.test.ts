// Figures of several verifiers on the same images, and the tables they are printed in.
import { expect, it } from 'vitest'
import { verifierTables } from '../../core/cli/verifier-table.ts'
import type { VerdictRow } from '../../core/contract/rows.ts'
import { figuresByVerifier } from '../../core/report/verifiers.ts'
import { verdictRow } from '../store/rows.ts'

const row = (imageIndex: number, verifier: string, verdict: VerdictRow['verdict'], seconds: number): VerdictRow =>
  verdictRow({ imageIndex, verifier, verdict, seconds })

const rows = [
  row(0, 'lp-split', 'timeout', 60),
  row(0, 'auto', 'verified', 1.25),
  row(1, 'lp-split', 'verified', 3),
  row(1, 'auto', 'falsified', 0.5),
]

it('are counted and summed, in the order of the contract', () => {
  expect(figuresByVerifier(rows)).toEqual([
    { verifier: 'auto', images: 2, verified: 1, falsified: 1, seconds: 1.75 },
    { verifier: 'lp-split', images: 2, verified: 1, falsified: 0, seconds: 63 },
  ])
})

it('stand side by side for every network; one verifier alone has no table', () => {
  const runs = [
    { run: 'run-1', network: 'NET1', verifiers: figuresByVerifier(rows) },
    { run: 'run-2', network: 'NET2', verifiers: figuresByVerifier(rows.slice(1, 2)) },
  ]
  const lines = verifierTables(runs)
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/))
  expect(lines).toContainEqual(['NET1', '2/2', '1/2'])
  expect(lines).toContainEqual(['NET2', '1/1', '–'])
  expect(lines).toContainEqual(['NET1', '1.8', '63.0'])
  expect(verifierTables(runs.slice(1))).toBe('')
})
