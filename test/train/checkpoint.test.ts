// Checkpoints as bytes: nothing lost, damage noticed.
import { describe, expect, it } from 'vitest'
import { parseCheckpoint, serializeCheckpoint, type TrainCheckpoint } from '../../core/train/index.ts'

const checkpoint: TrainCheckpoint = {
  identity: 'abc',
  epoch: 3,
  last: {
    weights: Float32Array.of(0.1, -0, 1e-40),
    velocity: Float32Array.of(1, 2, 3),
    statistics: Float32Array.of(4),
    grafts: Float32Array.of(1, 0),
    free: Float32Array.of(1, 0, 1),
  },
  best: { weights: Float32Array.of(5, 6, 7), statistics: Float32Array.of(8), grafts: Float32Array.of(0, 0) },
  schedule: { rate: 0.1, best: 0.3, badEpochs: 2 },
  earlyStop: { best: 0.1 + 0.2, bestEpoch: 2 },
  history: [
    {
      epoch: 1,
      epochs: 9,
      learningRate: 0.1,
      trainLoss: 1 / 3,
      trainAccuracy: 0.5,
      parts: { 'grad-align': 0.25 },
      robustAccuracy: 0.75,
      validationLoss: null,
      validationAccuracy: null,
      penalty: 0,
      objective: 1 / 3,
      best: true,
      seconds: 1.5,
      samplesPerSecond: 100,
    },
  ],
}

describe('checkpoints', () => {
  it('come back bit for bit', () => {
    const back = parseCheckpoint(serializeCheckpoint(checkpoint))
    expect(back).toEqual(checkpoint)
    expect(Object.is(back.last.weights[1], -0)).toBe(true)
  })

  it('are refused when a bit is flipped or bytes are missing', () => {
    const bytes = serializeCheckpoint(checkpoint)
    for (const position of [0, 15, 60, bytes.length - 1]) {
      const damaged = bytes.slice()
      damaged[position] ^= 1
      expect(() => parseCheckpoint(damaged)).toThrow(expect.objectContaining({ code: 'model/corrupt' }))
    }
    for (const length of [0, 5, 40, bytes.length - 4]) {
      expect(() => parseCheckpoint(bytes.slice(0, length))).toThrow(expect.objectContaining({ code: 'model/corrupt' }))
    }
  })
})
