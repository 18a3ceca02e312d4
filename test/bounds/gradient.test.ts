// The analytic gradient of a bound against finite differences, in float64 (spec C.4: error 1e-6 at most).
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluate, mixRows } from '../../core/bounds/evaluate.ts'
import { soundBound } from '../../core/bounds/concretise.ts'
import { intervalBounds } from '../../core/bounds/interval.ts'
import { centreAndRadius, flatBounds, hostArrays } from '../../core/bounds/flat.ts'
import { coneOf } from '../../core/bounds/graph.ts'
import { programInputs } from '../../core/bounds/programs.ts'
import { byActivation, join, prepare } from '../../core/bounds/relaxed.ts'
import { splitLayout, Splits } from '../../core/bounds/splits.ts'
import { relaxationOf } from '../../core/bounds/relaxation/index.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { tf } from '../../core/engine/tensor.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { kinds, randomBox, randomNetwork, randomRows } from './networks.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1, precision: 'float64' })))
afterAll(() => engine.dispose())

const STEP = 1e-6

describe.each(kinds)('%s networks', (kind) => {
  it('have the gradient that differences of the bound show, for α and for β', async () => {
    const network = randomNetwork(kind, 7)
    const box = randomBox(network, 8, 0.4)
    const bounds = intervalBounds(network, box).preActivations
    const cone = coneOf(network, network.output)
    const random = new SeededRandom(9)
    const shape = { rows: 2, ownBounds: false, splits: cone.neurons, mixed: 0, points: false }
    const { lists, slots } = splitLayout(cone, cone.neurons)
    const flat = flatBounds(cone, bounds)
    const rows = randomRows(2, 2, 10)
    const width = cone.neurons + slots
    const definition = {
      name: 'gradient',
      key: kind,
      inputs: { ...programInputs(cone, shape), variables: { shape: [2, width] } },
      build: (given: Readonly<Record<string, ReturnType<typeof tf.zeros>>>) => {
        const splits = Splits.of(cone, shape.splits, given)
        const alphas = byActivation(cone, tf.slice(given.variables, [0, 0], [2, cone.neurons]))
        const beta = splits && tf.slice(given.variables, [0, cone.neurons], [2, slots])
        const relaxed = { cone, relaxations: prepare(cone, given), splits }
        const { pass, gradient } = evaluate(relaxed, mixRows(given), { alphas, beta })
        const found = gradient()
        return {
          value: soundBound(cone, pass, given),
          gradient: join([...found.alphas, ...(found.beta ? [found.beta] : [])]),
        }
      },
    }
    const program = await engine.compile(definition)
    // Every neuron has a slot, in an order of its own in each row; some slots are not used.
    const place = new Int32Array(2 * slots)
    const sign = new Float64Array(2 * slots)
    for (let r = 0; r < 2; r++)
      for (const [k, { offset, slots: own }] of lists.entries())
        for (const [at, i] of random.permutation(own).entries()) {
          const j = cone.activations[k].offset + i
          place[r * slots + offset + at] = i
          sign[r * slots + offset + at] =
            flat.lower[j] < 0 && flat.upper[j] > 0 ? [-1, 0, 1][random.permutation(3)[0]] : 0
        }
    const variables = Float64Array.from({ length: 2 * width }, () => 0.1 + 0.8 * random.uniform())
    const run = (values: Float64Array): ReturnType<typeof program.run> =>
      program.run({
        ...centreAndRadius(box),
        ...hostArrays(cone, bounds),
        ...flat,
        start: rows.coefficients,
        offset: rows.offsets,
        alpha: new Float64Array(2 * cone.neurons),
        ...(slots > 0 ? { place, sign, beta: new Float64Array(2 * slots) } : {}),
        variables: values,
      })
    const { gradient } = await run(variables)
    const loose = cone.activations.flatMap(({ layer, offset, neurons }) =>
      Array.from({ length: neurons }, (_, i) =>
        relaxationOf(layer).isLoose(layer, i, flat.lower[offset + i], flat.upper[offset + i]),
      ),
    )
    for (let r = 0; r < 2; r++)
      for (let k = 0; k < width; k++) {
        if (k < cone.neurons && !loose[k]) continue
        const moved = async (step: number): Promise<number> => {
          const values = variables.slice()
          values[r * width + k] += step
          return (await run(values)).value[r]
        }
        const difference = ((await moved(STEP)) - (await moved(-STEP))) / (2 * STEP)
        expect(Math.abs(gradient[r * width + k] - difference)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(difference)))
      }
  })
})
