// The α ascent of rows that share a program: a few steps a call, Adam's state handed from one to the next.
import type { Engine, TensorData } from '../engine/engine.ts'
import { adamSteps } from './adam.ts'
import type { Cone } from './graph.ts'
import { ascentDefinition, type ProgramShape } from './programs.ts'

/** How α is optimised. `iterations` 0 is plain CROWN. */
export interface AscentSettings {
  readonly iterations: number
  /** Adam's step on α. */
  readonly rate: number
  readonly decay: number
  /** No further steps after this time, shared by all rows of a call. Default: no limit. */
  readonly seconds?: number
  /** No further steps once every row of a chunk is above this. */
  readonly goal?: number
  /** Precision of the pass that gives the bounds. Default: float64 where the provider has it and it is not dear. */
  readonly lastPass?: 'float32'
}

export const plainCrown: AscentSettings = { iterations: 0, rate: 0, decay: 1 }

/** With the moment, on the clock of `performance.now`, after which no step is taken. */
export interface TimedAscent extends AscentSettings {
  readonly deadline: number
}

/** The rows of one chunk: `inputs` of the programs but α; the first `count` of `shape.rows` matter. */
export interface AscendingRows {
  readonly cone: Cone
  /** Identifies the network of the cone. */
  readonly key: string
  readonly shape: ProgramShape
  readonly inputs: Readonly<Record<string, TensorData>>
  readonly count: number
}

/** Ascent steps unrolled into one call: a longer program takes longer to compile than the calls it saves. */
const UNROLL = 5

/** The best α found from `alpha` on, [rows, neurons]. */
export async function ascendRows(
  engine: Engine,
  { cone, key, shape, inputs, count }: AscendingRows,
  alpha: Float32Array,
  { iterations, rate, decay, goal = Infinity, deadline }: TimedAscent,
): Promise<Float32Array> {
  if (cone.neurons === 0) return alpha
  let state: Record<'alpha' | 'bestAlpha' | 'first' | 'second' | 'bestBound', TensorData> = {
    alpha,
    bestAlpha: alpha,
    first: new Float32Array(alpha.length),
    second: new Float32Array(alpha.length),
    bestBound: new Float32Array(shape.rows).fill(-Infinity),
  }
  for (let done = 0; done < iterations && performance.now() < deadline; done += UNROLL) {
    const unrolled = Math.min(UNROLL, iterations - done)
    const program = await engine.compile({ ...ascentDefinition(cone, shape, unrolled, key), fewRuns: true })
    const steps = adamSteps({ rate, decay }, done, unrolled)
    const { variables, alpha: bestAlpha, first, second, bound } = await program.run({ ...inputs, ...state, steps })
    state = { alpha: variables, bestAlpha, first, second, bestBound: bound }
    if (bound.subarray(0, count).every((value: number) => value > goal)) break
  }
  return state.bestAlpha as Float32Array
}
