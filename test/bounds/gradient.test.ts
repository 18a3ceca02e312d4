// The analytic gradient of a bound against finite differences, in float64 (spec C.4: error 1e-6 at most).
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluate, mixRows } from '../../core/bounds/ascent.ts'
import { intervalBounds } from '../../core/bounds/interval.ts'
import { centreAndRadius, flatBounds, hostArrays } from '../../core/bounds/flat.ts'
import { coneOf } from '../../core/bounds/graph.ts'
import { programInputs } from '../../core/bounds/programs.ts'
import { byActivation, prepare } from '../../core/bounds/relaxed.ts'
import { joined, rangesOf } from '../../core/bounds/variables.ts'
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
    const shape = { rows: 2, ownBounds: false, splits: true, mixed: 0, points: false }
    const flat = flatBounds(cone, bounds)
    const rows = randomRows(2, 2, 10)
    const width = 2 * cone.neurons
    const definition = {
      name: 'gradient',
      key: kind,
      inputs: { ...programInputs(cone, shape), variables: { shape: [2, width] } },
      build: (given: Readonly<Record<string, ReturnType<typeof tf.zeros>>>) => {
        const [alphas, betas] = tf.split(given.variables, 2, 1).map((all) => byActivation(cone, all))
        const variables = alphas.map((alpha, k) => ({ alpha, beta: betas[k] }))
        const relaxed = prepare(cone, given)
        const { value, gradient } = evaluate(cone, relaxed, mixRows(given), variables, rangesOf(cone, relaxed, given))
        const { alpha, beta } = joined(gradient())
        return { value, gradient: tf.concat([alpha, beta ?? alpha], 1) }
      },
    }
    const program = await engine.compile(definition)
    const sign = Float64Array.from({ length: width }, (_, k) => {
      const j = k % cone.neurons
      return flat.lower[j] < 0 && flat.upper[j] > 0 ? [-1, 0, 1][random.permutation(3)[0]] : 0
    })
    const variables = Float64Array.from({ length: 2 * width }, () => 0.1 + 0.8 * random.uniform())
    const run = (values: Float64Array): ReturnType<typeof program.run> =>
      program.run({
        ...centreAndRadius(box),
        ...hostArrays(cone, bounds),
        ...flat,
        start: rows.coefficients,
        offset: rows.offsets,
        alpha: new Float64Array(width),
        beta: new Float64Array(width),
        sign,
        variables: values,
      })
    const { gradient } = await run(variables)
    for (let r = 0; r < 2; r++)
      for (const { layer, offset, neurons } of cone.activations)
        for (let j = offset; j < offset + neurons; j++) {
          const free = relaxationOf(layer).isLoose(layer, j - offset, flat.lower[j], flat.upper[j])
          for (const k of free ? [j, cone.neurons + j] : [cone.neurons + j]) {
            const moved = async (step: number): Promise<number> => {
              const values = variables.slice()
              values[r * width + k] += step
              return (await run(values)).value[r]
            }
            const difference = ((await moved(STEP)) - (await moved(-STEP))) / (2 * STEP)
            expect(Math.abs(gradient[r * width + k] - difference)).toBeLessThanOrEqual(
              1e-6 * (1 + Math.abs(difference)),
            )
          }
        }
  })
})
