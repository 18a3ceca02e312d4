// The unanimous images: known flags, known choice.
import { expect, it } from 'vitest'
import { selectUnanimous } from '../../core/train/index.ts'

const flags = (correct: readonly number[], fooled: readonly number[]) => ({
  correct: Uint8Array.from(correct),
  fooled: Uint8Array.from(fooled),
})

it('takes the first images on which all variants agree, correct on all of them', () => {
  const a = flags([1, 1, 1, 1, 0, 1, 1], [1, 0, 1, 0, 1, 1, 0])
  const b = flags([1, 1, 1, 1, 1, 1, 1], [1, 0, 0, 0, 1, 1, 0])
  expect(selectUnanimous([a, b], 2, 2)).toEqual([
    { index: 0, group: 'found' },
    { index: 5, group: 'found' },
    { index: 1, group: 'missed' },
    { index: 3, group: 'missed' },
  ])
})

it('comes back with fewer where there are fewer', () => {
  const one = flags([1, 1], [1, 1])
  expect(selectUnanimous([one], 5, 5)).toEqual([
    { index: 0, group: 'found' },
    { index: 1, group: 'found' },
  ])
  expect(selectUnanimous([], 5, 5)).toEqual([])
})
