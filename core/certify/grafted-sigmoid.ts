// Grafted sigmoid in the sound pass: the lines of a grafted ReLU on the mask, the sigmoid's elsewhere.
import type { Interval } from '../bounds/box.ts'
import type { GraftedSigmoidLayer } from '../nn/layer.ts'
import { linesOfSigmoid } from '../nn/layers/grafted-sigmoid.ts'
import type { Activation, Lines } from './activation.ts'
import { emptyRange, type Range } from './affine-map.ts'
import { ReluActivation } from './relu.ts'
import { SigmoidActivation } from './sigmoid.ts'

export class GraftedSigmoidActivation implements Activation {
  readonly needsBothSides = true
  readonly #mask: ArrayLike<number>
  readonly #lines: ReluActivation
  readonly #curve = new SigmoidActivation()

  constructor(layer: GraftedSigmoidLayer) {
    this.#mask = layer.mask.data
    this.#lines = new ReluActivation(linesOfSigmoid(layer))
  }

  isLoose(i: number, lower: number, upper: number): boolean {
    return this.#mask[i] !== 1 && this.#curve.isLoose(i, lower, upper)
  }

  image(pre: Range): Range {
    const lines = this.#lines.image(pre)
    const curve = this.#curve.image(pre)
    const result = emptyRange(pre.lower.length)
    for (let i = 0; i < pre.lower.length; i++) {
      const from = this.#mask[i] === 1 ? lines : curve
      result.lower[i] = from.lower[i]
      result.upper[i] = from.upper[i]
      result.magnitude[i] = from.magnitude[i]
    }
    return result
  }

  /** Rows meet each neuron in one of two pulls: the other sees a coefficient of zero there and leaves it alone. */
  prepare(bounds: Interval): Lines {
    const lines = this.#lines.prepare()
    const curve = this.#curve.prepare(bounds)
    const mask = this.#mask
    return {
      pull(outgoing, into, cell, alpha, magnitude) {
        const onLines = lines.pull(
          outgoing.map((value, i) => (mask[i] === 1 ? value : 0)),
          into,
          cell,
          alpha,
          magnitude,
        )
        const onCurve = curve.pull(
          outgoing.map((value, i) => (mask[i] === 1 ? 0 : value)),
          into,
          cell,
          alpha,
          magnitude,
        )
        // One more sum than either counted: the constants, rounded once.
        const constant = onLines.constant + onCurve.constant
        return { constant, slack: onLines.slack + onCurve.slack + 2 ** -52 * Math.abs(constant) }
      },
    }
  }
}
