// Learning-rate schedules, stepped once per epoch: constant, step, cosine, and reduce on plateau as PyTorch does it.
import type { ScheduleOptions } from '../contract/recipe.ts'

/** What a schedule remembers between epochs; plain data, part of a checkpoint. */
export interface ScheduleState {
  /** Learning rate of the next epoch. */
  readonly rate: number
  /** Plateau: the lowest objective so far; null before the first epoch. */
  readonly best: number | null
  /** Plateau: epochs since `best` or since the rate last dropped. */
  readonly badEpochs: number
}

/** What a schedule decides on after an epoch. */
export interface ScheduleInput {
  /** Epochs finished, 1 after the first. */
  readonly epoch: number
  readonly epochs: number
  readonly objective: number
  /** The rate training began with. */
  readonly baseRate: number
}

type Step<K extends ScheduleOptions['kind']> = (
  options: Extract<ScheduleOptions, { kind: K }>,
  state: ScheduleState,
  input: ScheduleInput,
) => ScheduleState

/** PyTorch's ReduceLROnPlateau defaults: an improvement is relative, and a drop smaller than `minimalDrop` is not made. */
const relativeThreshold = 1e-4
const minimalDrop = 1e-8

const steps: { readonly [K in ScheduleOptions['kind']]: Step<K> } = {
  constant: (_options, state) => state,

  step: ({ milestones, factor }, state, { epoch, baseRate }) => {
    const passed = milestones.filter((milestone) => milestone <= epoch).length
    return { ...state, rate: baseRate * factor ** passed }
  },

  cosine: (_options, state, { epoch, epochs, baseRate }) => ({
    ...state,
    rate: (baseRate * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2,
  }),

  plateau: ({ factor, patience }, state, { objective }) => {
    if (state.best === null || objective < state.best * (1 - relativeThreshold)) {
      return { ...state, best: objective, badEpochs: 0 }
    }
    const badEpochs = state.badEpochs + 1
    if (badEpochs <= patience) return { ...state, badEpochs }
    const rate = state.rate * factor
    return { ...state, rate: state.rate - rate > minimalDrop ? rate : state.rate, badEpochs: 0 }
  },
}

export function startSchedule(baseRate: number): ScheduleState {
  return { rate: baseRate, best: null, badEpochs: 0 }
}

/** The state after an epoch, holding the rate of the next one. */
export function stepSchedule(options: ScheduleOptions, state: ScheduleState, input: ScheduleInput): ScheduleState {
  const step = steps[options.kind] as Step<ScheduleOptions['kind']>
  return step(options, state, input)
}
