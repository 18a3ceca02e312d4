// Which neurons are grafted: counts, criteria, the falling γ, ties and neurons that are lines already.
import { describe, expect, it } from 'vitest'
import type { SelectionOptions } from '../../core/graft/select.ts'
import { selectNeurons } from '../../core/graft/select.ts'
import { shareOf } from '../../core/score/index.ts'
import { gradualShare } from '../../core/graft/gradual.ts'

/** Ranks: cost 0, ⅓, ⅔, 1 in order; significance 1, 0, ⅔, ⅓. */
const scores = { cost: [1, 5, 7, 9], significance: [4, 1, 3, 2] }
const none = new Uint8Array(4)

function chosen(options: Partial<SelectionOptions>, count: number, taken = none): number[] {
  return Array.from(
    selectNeurons(scores, { criterion: 'decaying', gamma: 2, batch: 0.05, ...options }, count, taken, 1),
  )
}

describe('selectNeurons', () => {
  it('takes exactly ⌊ratio·N⌋ neurons: 8317 of CNN-B at 50 %', () => {
    expect(shareOf(0.5, 16_634)).toBe(8317)
    expect(shareOf(0.29, 100)).toBe(29)
  })

  it('ranks by cost, by significance, or by both with a fixed γ', () => {
    expect(chosen({ criterion: 'cost' }, 2)).toEqual([3, 2])
    expect(chosen({ criterion: 'significance' }, 2)).toEqual([1, 3])
    // γ = 1: −1, ⅓, 0, ⅔
    expect(chosen({ criterion: 'fixed', gamma: 1 }, 3)).toEqual([3, 1, 2])
    // γ = 2: −1, ⅔, ⅔, 5/3
    expect(chosen({ criterion: 'fixed', gamma: 2 }, 3)).toEqual([3, 1, 2])
  })

  it('lets γ fall to 0 batch by batch', () => {
    // Three batches of one neuron, γ = 4, 2, 0: 4·1 − ⅓ is the highest; then 2·⅔ − ⅔ = ⅔ and 2·⅓ − 0 = ⅔ tie; last the least significant.
    expect(chosen({ gamma: 4, batch: 0.25 }, 3)).toEqual([3, 1, 2])
    const batches = chosen({ batch: 0.25 }, 4)
    expect(new Set(batches).size).toBe(4)
  })

  it('decays over many neurons from the costly ones to the unimportant ones', () => {
    const neurons = 200
    const cost = Float64Array.from({ length: neurons }, (_, j) => j)
    const significance = Float64Array.from({ length: neurons }, (_, j) => j)
    const options = { criterion: 'decaying', gamma: 2, batch: 0.05 } as const
    const order = selectNeurons({ cost, significance }, options, 40, new Uint8Array(neurons), 1)
    // γ = 2, 4/3, 2/3, 0 on scores (γ − 1)·rank: the first two batches take the top, the last two the bottom.
    expect(Array.from(order.slice(0, 20)).sort((a, b) => a - b)[0]).toBe(180)
    expect(Math.max(...order.slice(20))).toBe(19)
  })

  it('leaves out neurons that are lines already', () => {
    expect(chosen({ criterion: 'cost' }, 2, Uint8Array.of(0, 0, 0, 1))).toEqual([2, 1])
  })

  it('draws at random the same neurons for the same seed', () => {
    const draw = (seed: number): number[] => {
      const many = { cost: new Float64Array(50), significance: new Float64Array(50) }
      const options = { criterion: 'random', gamma: 0, batch: 1 } as const
      return Array.from(selectNeurons(many, options, 25, new Uint8Array(50), seed))
    }
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    expect(new Set(draw(1)).size).toBe(25)
  })
})

describe('gradualShare', () => {
  it('starts at 0, reaches 7/8 half way and the ratio at the end (spec E.3)', () => {
    expect(gradualShare(0.5, 0, 10)).toBe(0)
    expect(gradualShare(0.5, 5, 10)).toBe(0.4375)
    expect(gradualShare(0.5, 10, 10)).toBe(0.5)
    expect(gradualShare(0.5, 12, 10)).toBe(0.5)
  })
})
