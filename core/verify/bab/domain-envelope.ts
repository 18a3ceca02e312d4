// Envelopes of the first layer on the rows of a batch: raised bounds, and scores that see what is left of the gaps.
import type { Box } from '../../bounds/box.ts'
import type { DomainBatch } from '../../bounds/domain-batch.ts'
import type { AscendedDomains } from '../../bounds/domain-bounder.ts'
import { Envelope, type Chords, type LinearBound } from '../../bounds/envelope.ts'
import { radiusOf, type FirstNeuron } from '../../bounds/first-layer.ts'
import type { Cone } from '../../bounds/graph.ts'

export class DomainEnvelope {
  readonly #envelope: Envelope
  readonly #neurons: number
  readonly #radius: Float64Array
  readonly #row: LinearBound

  private constructor(envelope: Envelope, cone: Cone, box: Box) {
    this.#envelope = envelope
    this.#neurons = cone.neurons
    this.#radius = radiusOf(box)
    this.#row = { bound: 0, scaled: new Float64Array(box.lower.length) }
  }

  /** null where no neuron of the cone is among `neurons`. */
  static of(neurons: readonly FirstNeuron[], cone: Cone, box: Box): DomainEnvelope | null {
    const offsets = new Map(cone.activations.map(({ node, offset }) => [node.id, offset]))
    const placed = neurons.flatMap((neuron) => {
      const offset = offsets.get(neuron.id)
      return offset === undefined ? [] : [{ ...neuron, place: offset + neuron.neuron }]
    })
    return placed.length > 0 ? new DomainEnvelope(new Envelope(placed), cone, box) : null
  }

  /** A bound of a row of `batch` that is at least as good as the one in `result`, mostly better; NaN is no better. */
  raise(batch: DomainBatch, row: number, result: AscendedDomains): number {
    const { scaled } = this.#row
    const first = row * scaled.length
    for (let i = 0; i < scaled.length; i++) scaled[i] = result.input[first + i] * this.#radius[i]
    this.#row.bound = result.bound[row]
    this.#envelope.raise(this.#row, chordsOf(batch, result), row * this.#neurons)
    return this.#row.bound > result.bound[row] ? this.#row.bound : result.bound[row]
  }

  /** Scales Λ in `result` so that the triangles of the row just raised are as high as what their envelopes left of them. */
  discount(batch: DomainBatch, row: number, result: AscendedDomains): void {
    const at = row * this.#neurons
    this.#envelope.gaps(this.#row, chordsOf(batch, result), at, (place, gap) => {
      const [l, u] = [batch.lower[at + place], batch.upper[at + place]]
      result.coefficients[at + place] *= Math.min(1, (gap * (u - l)) / (-l * u))
    })
  }
}

function chordsOf({ lower, upper }: DomainBatch, { coefficients }: AscendedDomains): Chords {
  return { lower, upper, coefficients }
}
