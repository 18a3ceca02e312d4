// The rows of one bounding call as the programs of a precision take them, chunk by chunk: of the whole network, or of windows.
import type { Precision } from '../engine/engine.ts'
import type { Box, PreActivationBounds } from './box.ts'
import { chunksOf, padded, type Chunk } from './chunk.ts'
import type { WindowPlaces } from './envelope.ts'
import { coneInputs, type ConeInputs } from './flat.ts'
import type { Floats } from './floats.ts'
import type { Cone } from './graph.ts'
import type { ProgramShape } from './programs.ts'
import type { RoundingWalk } from './rounding.ts'
import type { StartRows } from './start.ts'
import type { WindowRows } from './window-rows.ts'

export interface RowSource {
  readonly cone: Cone
  /** Of the network that windows are cut out of; otherwise `cone`. */
  readonly whole: Cone
  readonly precision: Precision
  readonly shape: Pick<ProgramShape, 'ownBounds' | 'ownBox'>
  /** Identifies the network of the cone. */
  readonly key: string
  /** α of plain CROWN for the whole network, [neurons]. */
  readonly alpha: Float32Array
  /** All rows, at most `capacity` at a time. */
  chunks(capacity: number): readonly Chunk[]
  /** Everything the programs want for a chunk but α. */
  inputs(chunk: Chunk): Record<string, Floats>
  /** Where the neurons and inputs of row k belong in the whole network; null: each at its own place. */
  places(k: number): WindowPlaces | null
  /** α of plain CROWN for a chunk, [size, neurons]; [neurons] where the rows share their bounds. */
  alphaOf(chunk: Chunk): Float32Array
}

/** Where rows are bounded: the box with the roundings on it, and bounds that hold there. */
export interface RowPlace {
  readonly box: Box
  readonly bounds: PreActivationBounds
  readonly rounding: RoundingWalk
}

/** `rows` rows that start at one node; `startOf` makes those of a chunk. */
export function wholeRows(
  cone: Cone,
  rows: number,
  key: string,
  precision: Precision,
  place: RowPlace,
  startOf: (chunk: Chunk) => StartRows<Floats>,
): RowSource {
  const { arrays, alpha } = shared(cone, precision, place)
  return {
    cone,
    whole: cone,
    precision,
    alpha,
    shape: { ownBounds: false },
    key,
    chunks: (capacity) => chunksOf(rows, capacity),
    inputs: (chunk) => {
      const { coefficients, offsets, size } = startOf(chunk)
      const all = { from: 0, count: chunk.count, size: chunk.size }
      return { ...arrays, start: padded(coefficients, size, all), offset: padded(offsets, 1, all) }
    },
    places: () => null,
    alphaOf: () => alpha,
  }
}

/** Rows in windows of the network. */
export function windowedRows(rows: WindowRows, key: string, precision: Precision, place: RowPlace): RowSource {
  const { arrays, alpha } = shared(rows.whole, precision, place)
  return {
    cone: rows.cone,
    whole: rows.whole,
    precision,
    alpha,
    shape: { ownBounds: !rows.samePlace, ownBox: !rows.samePlace },
    key,
    chunks: (capacity) => rows.chunks(capacity),
    inputs: (chunk) => rows.inputs(chunk, arrays),
    places: (k) => rows.places(k),
    alphaOf: (chunk) => rows.alpha(chunk, alpha),
  }
}

/** What all rows of a cone share, and α of plain CROWN, [neurons]. */
function shared(cone: Cone, precision: Precision, { box, bounds, rounding }: RowPlace): ConeInputs {
  const { arrays, alpha } = coneInputs(cone, box, bounds, precision)
  return { arrays: { ...arrays, ...rounding.inputs(cone, bounds, precision) }, alpha }
}
