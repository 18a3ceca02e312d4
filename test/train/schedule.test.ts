// Schedules: numbers written out by hand, and PyTorch's ReduceLROnPlateau rules.
import { describe, expect, it } from 'vitest'
import { startSchedule, stepSchedule } from '../../core/train/schedule.ts'
import type { ScheduleOptions } from '../../core/contract/recipe.ts'

function rates(options: ScheduleOptions, objectives: readonly number[], baseRate = 0.1): number[] {
  const given = { schedule: options, learningRate: baseRate, warmup: 0, epochs: objectives.length }
  let state = startSchedule(given)
  return objectives.map((objective, index) => {
    state = stepSchedule(given, state, { epoch: index + 1, objective })
    return state.rate
  })
}

describe('schedules', () => {
  it('constant never moves', () => {
    expect(rates({ kind: 'constant' }, [1, 2, 3])).toEqual([0.1, 0.1, 0.1])
  })

  it('step drops after each milestone', () => {
    const seen = rates({ kind: 'step', milestones: [2, 4], factor: 0.1 }, [1, 1, 1, 1, 1])
    const wanted = [0.1, 0.01, 0.01, 0.001, 0.001]
    seen.forEach((rate, index) => expect(rate).toBeCloseTo(wanted[index], 12))
  })

  it('cosine is half at half time and zero at the end', () => {
    const seen = rates({ kind: 'cosine' }, [1, 1, 1, 1])
    expect(seen[0]).toBeCloseTo(0.05 * (1 + Math.SQRT1_2), 12)
    expect(seen[1]).toBeCloseTo(0.05, 12)
    expect(seen[3]).toBeCloseTo(0, 12)
  })

  it('plateau drops when patience is exceeded, not when it is reached', () => {
    const plateau: ScheduleOptions = { kind: 'plateau', factor: 0.1, patience: 3 }
    const seen = rates(plateau, [1, 1, 1, 1, 1, 1])
    expect(seen.slice(0, 4)).toEqual([0.1, 0.1, 0.1, 0.1])
    expect(seen[4]).toBeCloseTo(0.01, 12)
    expect(seen[5]).toBeCloseTo(0.01, 12)
  })

  it('plateau needs a relative improvement of 1e-4 and then forgets the bad epochs', () => {
    const plateau: ScheduleOptions = { kind: 'plateau', factor: 0.5, patience: 1 }
    const enough = rates(plateau, [1, 1, 0.99989, 1, 1])
    expect(enough).toEqual([0.1, 0.1, 0.1, 0.1, 0.05])
    const tooLittle = rates(plateau, [1, 0.99995, 0.99991])
    expect(tooLittle).toEqual([0.1, 0.1, 0.05])
  })

  it('plateau starts counting again after a drop', () => {
    const seen = rates({ kind: 'plateau', factor: 0.5, patience: 1 }, [1, 1, 1, 1, 1])
    expect(seen).toEqual([0.1, 0.1, 0.05, 0.05, 0.025])
  })

  it('plateau leaves a rate alone that would move by 1e-8 or less', () => {
    const seen = rates({ kind: 'plateau', factor: 0.1, patience: 0 }, [1, 1, 1], 1.2e-8)
    expect(seen[1]).toBeCloseTo(1.2e-9, 20)
    expect(seen[2]).toBe(seen[1])
  })

  it('warm-up climbs linearly, and the schedule begins after it', () => {
    const given = { schedule: { kind: 'cosine' } as const, learningRate: 0.4, warmup: 3, epochs: 7 }
    let state = startSchedule(given)
    const seen = [state.rate]
    for (let epoch = 1; epoch <= 7; epoch++) {
      state = stepSchedule(given, state, { epoch, objective: 1 })
      seen.push(state.rate)
    }
    const wanted = [0.1, 0.2, 0.3, 0.4, 0.2 * (1 + Math.SQRT1_2), 0.2, 0.2 * (1 - Math.SQRT1_2), 0]
    seen.forEach((rate, index) => expect(rate).toBeCloseTo(wanted[index], 12))
  })
})
