// Envelopes of the first layer on the rows of a batch: raised bounds, and scores that see what is left of the gaps.
import type { DomainBatch } from '../../bounds/domain-batch.ts'
import type { AscendedDomains } from '../../bounds/domain-bounder.ts'
import { Envelope, type Chords } from '../../bounds/envelope.ts'
import type { FirstLayer } from '../../bounds/first-layer.ts'
import type { Cone } from '../../bounds/graph.ts'

export class DomainEnvelope {
  readonly #envelope: Envelope
  readonly #cone: Cone

  private constructor(envelope: Envelope, cone: Cone) {
    this.#envelope = envelope
    this.#cone = cone
  }

  /** null where no neuron of the cone is in the layer. */
  static of(layer: FirstLayer, cone: Cone): DomainEnvelope | null {
    const envelope = Envelope.of(layer, cone)
    return envelope && new DomainEnvelope(envelope, cone)
  }

  /** A bound of a row of `batch` that is at least as good as the one in `result`, mostly better; NaN is no better. */
  raise(batch: DomainBatch, row: number, result: AscendedDomains): number {
    const { neurons, inputSize } = this.#cone
    return this.#envelope.raise(
      result.bound[row],
      result.input,
      row * inputSize,
      chordsOf(batch, result),
      row * neurons,
    )
  }

  /** Scales Λ in `result` so that the triangles of the row just raised are as high as what their envelopes left of them. */
  discount(batch: DomainBatch, row: number, result: AscendedDomains): void {
    const at = row * this.#cone.neurons
    this.#envelope.gaps(chordsOf(batch, result), at, (place, gap) => {
      const [l, u] = [batch.lower[at + place], batch.upper[at + place]]
      result.coefficients[at + place] *= Math.min(1, (gap * (u - l)) / (-l * u))
    })
  }
}

function chordsOf({ lower, upper }: DomainBatch, { coefficients }: AscendedDomains): Chords {
  return { lower, upper, coefficients }
}
