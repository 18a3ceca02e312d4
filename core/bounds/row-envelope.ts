// Raises bounds of rows that share a box and bounds of neurons by the envelopes of first-layer ReLUs.
import type { Precision } from '../engine/engine.ts'
import type { Interval, PreActivationBounds } from './box.ts'
import { Envelope, type LinearRow, type WindowPlaces } from './envelope.ts'
import type { FirstLayer } from './first-layer.ts'
import { boundsIn, type FlatBounds } from './flat.ts'
import type { Cone } from './graph.ts'

export class RowEnvelope {
  readonly #envelope: Envelope
  readonly #bounds: FlatBounds | Interval

  private constructor(envelope: Envelope, bounds: FlatBounds | Interval) {
    this.#envelope = envelope
    this.#bounds = bounds
  }

  /** Of rows that programs of `precision` bounded; null where no neuron of the cone is in the layer. */
  static of(layer: FirstLayer, cone: Cone, bounds: PreActivationBounds, precision: Precision): RowEnvelope | null {
    const envelope = Envelope.of(layer, cone)
    return envelope && new RowEnvelope(envelope, boundsIn(cone, bounds, precision))
  }

  /** A bound of a row at least as good as `bound`, which ended as the linear function `row`, of a window where there is one. */
  raise(bound: number, row: LinearRow, window: WindowPlaces | null): number {
    if (window) return this.#envelope.raiseWindow(bound, row, window, this.#bounds)
    const { coefficients, input } = row
    return this.#envelope.raise(bound, input, 0, { ...this.#bounds, coefficients }, 0)
  }
}
