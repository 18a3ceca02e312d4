// Which neurons are worth splitting: BaBSR and intercept scores from the coefficients of the last backward pass (spec C.6).
import type { DomainRecord } from './pool.ts'
import type { OpenNeurons } from './root.ts'

/** What the scores of one domain are made of; arrays are flat over the cone's neurons unless they say otherwise. */
export interface ScoreInputs {
  /** Λ on every neuron's output. */
  readonly coefficients: Float32Array
  readonly lower: Float32Array
  readonly upper: Float32Array
  /** Where this domain's row begins in the three arrays above. */
  readonly at: number
  /** Signs of the open neurons, compact. */
  readonly sign: Int8Array
}

/** Scores at or below this are no improvement worth a candidate's place. */
const LEAST_SCORE = 1e-4

/**
 * Fills `into` with compact numbers of splittable neurons, best first, −1 after the last. Half of the places go to the
 * best BaBSR scores, half to the best intercept scores; when all scores vanish, the first open neuron. All −1: nothing
 * is left to split. `pull` gets max(Λ, 0) of each.
 */
export function rankCandidates(
  open: OpenNeurons,
  inputs: ScoreInputs,
  { candidates: into, pull }: Pick<DomainRecord, 'candidates' | 'pull'>,
): void {
  const places = into.length
  const babsr = new Ranking(Math.ceil(places / 2))
  const intercept = new Ranking(places)
  let first = -1
  for (let u = 0; u < open.index.length; u++) {
    const j = inputs.at + open.index[u]
    const l = inputs.lower[j]
    const h = inputs.upper[j]
    if (inputs.sign[u] !== 0 || open.splittable[u] === 0 || l >= 0 || h <= 0) continue
    if (first < 0) first = u
    const slope = h / (h - l)
    const coefficient = inputs.coefficients[j]
    const gap = Math.min(coefficient, 0) * -l * slope
    const shift = open.bias[u] * coefficient
    const score = Math.abs(Math.min(shift * (slope - 1), shift * slope) + gap)
    if (score > LEAST_SCORE) babsr.offer(u, score)
    if (gap < -LEAST_SCORE) intercept.offer(u, -gap)
  }
  into.fill(-1)
  let count = 0
  for (const u of [...babsr.best(), ...intercept.best()])
    if (count < places && !into.subarray(0, count).includes(u)) into[count++] = u
  if (count === 0 && first >= 0) into[0] = first
  for (const [k, u] of into.entries()) pull[k] = u < 0 ? 0 : Math.max(0, inputs.coefficients[inputs.at + open.index[u]])
}

/** The best few of a stream of scored neurons. */
class Ranking {
  readonly #neurons: Int32Array
  readonly #scores: Float64Array
  #count = 0

  constructor(places: number) {
    this.#neurons = new Int32Array(places)
    this.#scores = new Float64Array(places)
  }

  offer(neuron: number, score: number): void {
    let at = this.#count
    if (at === this.#scores.length) {
      if (score <= this.#scores[at - 1]) return
      at--
    } else this.#count++
    while (at > 0 && this.#scores[at - 1] < score) {
      this.#scores[at] = this.#scores[at - 1]
      this.#neurons[at] = this.#neurons[at - 1]
      at--
    }
    this.#scores[at] = score
    this.#neurons[at] = neuron
  }

  best(): Int32Array {
    return this.#neurons.subarray(0, this.#count)
  }
}
