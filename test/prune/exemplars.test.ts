// Pruning-identified exemplars: modal predictions of two populations, ties, and populations that cannot be compared.
import { describe, expect, it } from 'vitest'
import { findExemplars } from '../../core/prune/exemplars.ts'

const networks = (...predictions: number[][]): Uint8Array[] => predictions.map((row) => Uint8Array.from(row))

describe('findExemplars', () => {
  it('gives the images whose most common predictions differ', () => {
    // Modes of the dense: 1, 2, 3, 0; of the pruned: 1, 5, 3, 7.
    const dense = networks([1, 2, 3, 0], [1, 2, 3, 0], [9, 5, 3, 7])
    const pruned = networks([1, 5, 3, 7], [4, 5, 8, 7], [1, 2, 3, 0])
    expect(Array.from(findExemplars(dense, pruned))).toEqual([1, 3])
    expect(Array.from(findExemplars(pruned, dense))).toEqual([1, 3])
  })

  it('takes single networks for populations', () => {
    expect(Array.from(findExemplars(networks([1, 2, 3]), networks([1, 0, 4])))).toEqual([1, 2])
  })

  it('leaves out an image on which a tie contains the other population’s answer', () => {
    const tied = networks([1, 1], [2, 2])
    expect(Array.from(findExemplars(tied, networks([2, 3], [2, 3])))).toEqual([1])
    expect(Array.from(findExemplars(tied, networks([2, 4], [3, 3])))).toEqual([1])
  })

  it('is empty where a population is compared with itself', () => {
    const population = networks([1, 2], [2, 1], [1, 1])
    expect(findExemplars(population, population)).toHaveLength(0)
  })

  it.each([
    [[], [[1]]],
    [[[1]], []],
    [[[1, 2]], [[1]]],
  ])('refuses %j against %j', (dense, pruned) => {
    expect(() => findExemplars(networks(...dense), networks(...pruned))).toThrow(
      expect.objectContaining({ code: 'recipe/invalid' }),
    )
  })
})
