// What may be wrong with images: repeated ones, within a split and across, with another label, and empty ones.
import { describe, expect, it } from 'vitest'
import { findDuplicates } from '../../core/app/data-look.ts'
import { createDataset } from '../../core/data/dataset.ts'

const split = (name: 'train' | 'test', images: readonly (readonly number[])[], labels: readonly number[]) =>
  createDataset({
    ...{ name: 'tiny', split: name, shape: [1, 1, 2], classes: ['a', 'b'], source: 'a test' },
    ...{ pixels: Uint8Array.from(images.flat()), labels: Uint8Array.from(labels) },
  })

describe('images that are there twice', () => {
  it('are counted where they are found, training images first', () => {
    const train = split('train', [[1, 2], [1, 2], [3, 4], [1, 2]], [0, 0, 1, 1]) // prettier-ignore
    const test = split('test', [[3, 4], [5, 6], [5, 6], [9, 9]], [1, 0, 0, 1]) // prettier-ignore
    expect(findDuplicates({ train, test })).toEqual({
      duplicates: { train: 2, test: 1, across: 1 },
      conflicts: 1,
      constant: 1,
      examples: [
        { split: 'train', index: 1 },
        { split: 'train', index: 3 },
        { split: 'test', index: 0 },
        { split: 'test', index: 2 },
      ],
    })
  })

  it('are none where all differ', () => {
    const { duplicates } = findDuplicates({ train: split('train', [[1, 2]], [0]), test: split('test', [[2, 1]], [1]) })
    expect(duplicates).toEqual({ train: 0, test: 0, across: 0 })
  })
})
