// Halved boxes that slopes by rule do not prove: slopes by ascent as the search had them, further halvings after that.
import type { Box, OutputRows } from '../../bounds/box.ts'
import { BY_RULE } from '../../certify/activation.ts'
import type { HalvesRepair } from '../../certify/halves.ts'
import type { BackwardPass, Cell } from '../../certify/pass.ts'
import type { Network } from '../../nn/index.ts'
import { SlopeAscent } from '../input-split/ascent.ts'
import { denseChain, type DenseChain } from '../input-split/chain.ts'
import { ReducedNetwork } from '../input-split/reduced.ts'
import { quantised } from './recorded-trees.ts'

/** Further halvings of one box. */
const MOST_HALVINGS = 40

export class BoxRepair implements HalvesRepair {
  /** Boxes that needed more than slopes by rule. */
  repaired = 0
  readonly #pass: BackwardPass
  readonly #chain: DenseChain | null
  readonly #network: ReducedNetwork | null
  readonly #ascent: SlopeAscent | null

  /** `pass`: what the check bounded a box with last. */
  constructor(pass: BackwardPass, fused: Network, rows: OutputRows) {
    this.#pass = pass
    this.#chain = denseChain(fused, rows)
    this.#network = this.#chain && new ReducedNetwork(this.#chain)
    this.#ascent = this.#network && new SlopeAscent(this.#network.units)
  }

  slopes(box: Box, row: number): Cell['alpha'] | null {
    const chain = this.#chain
    const network = this.#network
    const ascent = this.#ascent
    if (!chain || !network || !ascent) return null
    this.repaired++
    network.reduce(box, new Int8Array(chain.neurons))
    const { units, rows } = network
    ascent.raise(rows, row * units.stride, network.rowSlack(row))
    const flat = new Uint16Array(chain.neurons).fill(BY_RULE)
    for (let k = 0; k < units.count; k++) flat[units.neuron[k]] = quantised(ascent.slopes[k])
    let first = 0
    return chain.hidden.map(({ outputs }) => flat.subarray(first, (first += outputs)))
  }

  /** The side with the most effect on the row that was bounded last. */
  axis({ lower, upper }: Box, halved: number): number {
    if (halved >= MOST_HALVINGS) return -1
    this.repaired++
    const { coefficients } = this.#pass.affine()
    const effect = coefficients.map((value, i) => Math.abs(value) * (upper[i] - lower[i]))
    return effect.indexOf(Math.max(...effect))
  }
}
