// Learning-rate schedules, stepped once per epoch: warm-up, then constant, step, cosine, or on plateau as PyTorch does it.
import type { ScheduleOptions, TrainOptions } from '../contract/recipe.ts'

/** What a schedule remembers between epochs; plain data, part of a checkpoint. */
export interface ScheduleState {
  /** Learning rate of the next epoch. */
  readonly rate: number
  /** Plateau: the lowest objective so far; null before the first epoch. */
  readonly best: number | null
  /** Plateau: epochs since `best` or since the rate last dropped. */
  readonly badEpochs: number
}

export type RateOptions = Pick<TrainOptions, 'schedule' | 'learningRate' | 'warmup' | 'epochs'>

/** What a schedule decides on after an epoch. */
export interface ScheduleInput {
  /** Epochs finished, 1 after the first. */
  readonly epoch: number
  readonly objective: number
}

interface StepInput extends ScheduleInput {
  readonly epochs: number
  readonly warmup: number
  /** The rate after warm-up. */
  readonly baseRate: number
}

type Step<K extends ScheduleOptions['kind']> = (
  options: Extract<ScheduleOptions, { kind: K }>,
  state: ScheduleState,
  input: StepInput,
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

  cosine: (_options, state, { epoch, epochs, warmup, baseRate }) => ({
    ...state,
    rate: (baseRate * (1 + Math.cos((Math.PI * (epoch - warmup)) / (epochs - warmup)))) / 2,
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

export function startSchedule({ learningRate, warmup }: RateOptions): ScheduleState {
  return { rate: warmRate(learningRate, warmup, 1), best: null, badEpochs: 0 }
}

/** The state after an epoch, holding the rate of the next one. */
export function stepSchedule(options: RateOptions, state: ScheduleState, input: ScheduleInput): ScheduleState {
  const { schedule, learningRate, warmup, epochs } = options
  if (input.epoch <= warmup) return { ...state, rate: warmRate(learningRate, warmup, input.epoch + 1) }
  const step = steps[schedule.kind] as Step<ScheduleOptions['kind']>
  return step(schedule, state, { ...input, epochs, warmup, baseRate: learningRate })
}

/** Plateau looks for its lowest objective anew; the rate stays. */
export function restartPlateau(state: ScheduleState): ScheduleState {
  return { ...state, best: null, badEpochs: 0 }
}

/** Linear warm-up: epoch e of w trains at e/(w + 1) of the rate. */
function warmRate(rate: number, warmup: number, epoch: number): number {
  return epoch > warmup ? rate : (rate * epoch) / (warmup + 1)
}
