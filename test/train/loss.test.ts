// Cross-entropy and arg-max on the host.
import { expect, it } from 'vitest'
import { argMaxRow, crossEntropyRow, oneHot } from '../../core/train/loss.ts'

it('cross-entropy of a row, also where the exponentials overflow', () => {
  expect(crossEntropyRow([0, 0, 9, 9], 0, 2, 1)).toBeCloseTo(Math.LN2, 12)
  expect(crossEntropyRow([0, 0, 1, 0], 1, 2, 0)).toBeCloseTo(Math.log(1 + Math.exp(-1)), 12)
  expect(crossEntropyRow([1000, 0], 0, 2, 1)).toBeCloseTo(1000, 9)
  expect(crossEntropyRow([NaN, 0], 0, 2, 1)).toBeNaN()
})

it('the first of equal logits wins', () => {
  expect(argMaxRow([1, 3, 3, 5, 5, 5], 0, 3)).toBe(1)
  expect(argMaxRow([1, 3, 3, 5, 5, 5], 1, 3)).toBe(0)
})

it('one-hot rows', () => {
  expect([...oneHot([1, 0], 3)]).toEqual([0, 1, 0, 1, 0, 0])
})
