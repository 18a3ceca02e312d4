// A question that takes branch and bound some hundred small rounds, the same in every process.
import { SeededRandom } from '../../../core/data/random.ts'
import type { Engine } from '../../../core/engine/engine.ts'
import { createNetwork, evaluate64, type Layer } from '../../../core/nn/index.ts'
import { parameter, relu, samples } from '../../bounds/networks.ts'
import type { BabSettings } from '../../../core/verify/bab/settings.ts'
import { smallSettings, type Question } from './task.ts'

/** One pass without tightening in between, in rounds of a few domains. */
export const longSettings: BabSettings = { ...smallSettings, tighten: [] }

const inputs = 8
const width = 30

/** Two hidden layers of 30, a box of radius 0.5; the row is `margin` of its sampled range above zero at the lowest sample. */
export function hardQuestion(engine: Engine, margin: number): Question {
  const random = new SeededRandom(2)
  const linear = (from: number, to: number): Layer => ({
    kind: 'dense',
    weight: parameter([to, from], () => (1.4 / Math.sqrt(from)) * random.normal()),
    bias: parameter([to], () => 0.3 * random.normal()),
  })
  const layers = [linear(inputs, width), relu, linear(width, width), relu, linear(width, 2)]
  const network = createNetwork({
    name: 'hard',
    inputShape: [inputs],
    nodes: layers.map((layer, i) => ({ id: `n${i}`, layer })),
  })
  const box = { lower: new Float64Array(inputs).fill(-0.5), upper: new Float64Array(inputs).fill(0.5) }
  const values = Array.from(samples(box, 4_000, 5), (point) => {
    const [first, second] = evaluate64(network, point)
    return first - second
  })
  const low = values.reduce((a, b) => Math.min(a, b))
  const high = values.reduce((a, b) => Math.max(a, b))
  const offsets = Float64Array.of(margin * (high - low) - low)
  const rows = { rows: 1, coefficients: Float64Array.of(1, -1), offsets }
  return { engine, network, box, property: { kind: 'all-positive', rows } }
}
