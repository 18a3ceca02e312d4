// α-CROWN iteration of core/bounds (bound, analytic gradient, Adam, projection) on the spike's MLP 784-256×4-10.
// The spike measured 0.48 / 0.36, 1.7 / 1.2 and 12.4 / 7.9 ms (1 / 2 threads) for 8, 64, 512 domains on a quiet machine.
import { adamSteps } from '../../../core/bounds/adam.ts'
import { ascentDefinition, type ProgramShape } from '../../../core/bounds/programs.ts'
import { coneOf } from '../../../core/bounds/graph.ts'
import { SeededRandom } from '../../../core/data/random.ts'
import { openEngine } from '../../../core/engine/engine.ts'
import { createNetwork, sizeOf, type Layer } from '../../../core/nn/index.ts'

const widths = [784, 256, 256, 256, 256, 10]
const random = new SeededRandom(1)
const values = (size: number, make: () => number): Float32Array => Float32Array.from({ length: size }, make)

const nodes = widths.slice(1).flatMap((to, k): { id: string; layer: Layer }[] => {
  const from = widths[k]
  const weight = { shape: [to, from], data: values(to * from, () => random.normal() / Math.sqrt(from)) }
  const dense: Layer = { kind: 'dense', weight, bias: { shape: [to], data: values(to, () => random.normal()) } }
  return k + 2 < widths.length
    ? [
        { id: `z${k}`, layer: dense },
        { id: `h${k}`, layer: { kind: 'relu' } },
      ]
    : [{ id: `z${k}`, layer: dense }]
})
const network = createNetwork({ name: 'mlp', inputShape: [784], nodes })
const cone = coneOf(network, network.output)
const ITERATIONS = 10

for (const threads of [1, 2]) {
  const engine = await openEngine({ threads })
  for (const rows of [8, 64, 512]) {
    const shape: ProgramShape = { rows, ownBounds: true, splits: null, mixed: 0, points: false }
    const given = Object.fromEntries(
      Object.entries(ascentDefinition(cone, shape, 1, 'bench').inputs).map(([name, spec]) => [
        name,
        values(sizeOf(spec.shape), () => (name === 'lower' ? -random.uniform() : random.uniform())),
      ]),
    )
    const time = async (iterations: number): Promise<number> => {
      const program = await engine.compile(ascentDefinition(cone, shape, iterations, 'bench'))
      let best = Infinity
      for (let run = 0; run < (rows > 100 ? 12 : 60); run++) {
        const start = performance.now()
        await program.run({ ...given, steps: adamSteps({ rate: 0.1, decay: 0.98 }, 0, iterations) })
        best = Math.min(best, performance.now() - start)
      }
      return best
    }
    const perIteration = ((await time(ITERATIONS + 1)) - (await time(1))) / ITERATIONS
    process.stdout.write(
      `α-CROWN iteration, ${rows} domains, ${threads} threads: ${perIteration.toFixed(3)} ms (best)\n`,
    )
  }
  await engine.dispose()
}
