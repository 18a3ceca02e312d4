// Early stopping: more than `patience` epochs without any fall.
import { expect, it } from 'vitest'
import { shouldStop, startEarlyStop, stepEarlyStop } from '../../core/train/early-stop.ts'

function stopEpoch(objectives: readonly number[], patience: number | null): number | null {
  let state = startEarlyStop()
  for (const [index, objective] of objectives.entries()) {
    state = stepEarlyStop(state, index + 1, objective)
    if (shouldStop(state, index + 1, patience)) return index + 1
  }
  return null
}

it('stops after more than `patience` epochs without a fall', () => {
  expect(stopEpoch([3, 2, 2, 2, 2], 2)).toBe(5)
  expect(stopEpoch([3, 2, 2, 2], 2)).toBeNull()
})

it('any fall counts, however small', () => {
  expect(stopEpoch([3, 2, 2, 2, 1.999999, 2, 2], 2)).toBeNull()
})

it('never stops without patience', () => {
  expect(stopEpoch([1, 2, 3, 4, 5, 6], null)).toBeNull()
})

it('remembers the first of equal bests', () => {
  let state = startEarlyStop()
  for (const [index, objective] of [2, 1, 1].entries()) state = stepEarlyStop(state, index + 1, objective)
  expect(state).toEqual({ best: 1, bestEpoch: 2 })
})
