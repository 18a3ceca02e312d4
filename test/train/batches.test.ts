// Held-out images and batches: every image once, the same for the same seed.
import { describe, expect, it } from 'vitest'
import { epochBatches, splitTraining } from '../../core/train/batches.ts'
import { stripes } from './helpers.ts'

const hundred = Uint32Array.from({ length: 100 }, (_, index) => index + 1000)

describe('epochBatches', () => {
  it('visits every image exactly once', () => {
    const batches = epochBatches(hundred, 32, 1, 1)
    expect(batches.map(({ length }) => length)).toEqual([32, 32, 32, 4])
    expect(batches.flatMap((batch) => [...batch]).sort()).toEqual([...hundred].sort())
  })

  it('repeats for the same seed and epoch and differs for others', () => {
    const order = (seed: number, epoch: number) => epochBatches(hundred, 32, seed, epoch).flatMap((batch) => [...batch])
    expect(order(1, 1)).toEqual(order(1, 1))
    expect(order(1, 1)).not.toEqual(order(1, 2))
    expect(order(1, 1)).not.toEqual(order(2, 1))
  })

  it('lets a lone last image join the batch before', () => {
    expect(epochBatches(hundred, 33, 1, 1).map(({ length }) => length)).toEqual([33, 33, 34])
    expect(epochBatches(hundred, 200, 1, 1).map(({ length }) => length)).toEqual([100])
  })
})

describe('splitTraining', () => {
  it('holds out at most a tenth, and nothing twice', () => {
    const { train, validation } = splitTraining(stripes(333, 'train'), 5000)
    expect([train.length, validation.length]).toEqual([300, 33])
    expect(new Set([...train, ...validation]).size).toBe(333)
    expect(splitTraining(stripes(333, 'train'), 10).validation).toHaveLength(10)
    expect(splitTraining(stripes(333, 'train'), 0).train).toHaveLength(333)
  })

  it('depends on the data alone', () => {
    expect(splitTraining(stripes(333, 'train'), 20)).toEqual(splitTraining(stripes(333, 'train'), 20))
  })
})
