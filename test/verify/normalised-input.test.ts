// Normalisation as the first layer: questions stay in pixel units, and every verifier, certificate and export handles it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Box } from '../../core/bounds/box.ts'
import { checkCertificate } from '../../core/certify/check-certificate.ts'
import { prepareGraph } from '../../core/certify/graph.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { exportCheckedOnnx, importOnnx } from '../../core/io/index.ts'
import { ArchitectureBuilder } from '../../core/nn/architectures/builder.ts'
import { buildArchitecture, evaluate64, networkHash, type Network } from '../../core/nn/index.ts'
import type { VerifierName } from '../../core/contract/verdict.ts'
import type { Property } from '../../core/verify/problem.ts'
import { createVerifier } from '../../core/verify/verifier.ts'

const mean = [0.4, 0.55]
const deviation = [0.2, 0.25]
const shape = [2, 4, 4]

/** The same weights with and without the layer; a padded convolution, which it cannot be folded into, or NET1. */
function networks(kind: 'conv' | 'net1'): [normalised: Network, plain: Network] {
  if (kind === 'net1') {
    const build = (options: object): Network => buildArchitecture('net1', shape, 3, { classes: 3, ...options })
    return [build({ normalisation: { mean, deviation } }), build({})]
  }
  const build = (normalised: boolean): Network => {
    const builder = new ArchitectureBuilder('conv', shape, 3)
    if (normalised) builder.normalise(mean, deviation)
    builder.conv('conv', 3, { kernel: 3, pad: 1 })
    builder.activation('relu', 'relu')
    builder.flatten()
    builder.dense('out', 3)
    return builder.build()
  }
  return [build(true), build(false)]
}

/** (x − mean) / deviation, each pixel by its channel. */
const normalise = (x: Float64Array): Float64Array => x.map((value, i) => (value - mean[i >> 4]) / deviation[i >> 4])

const random = new SeededRandom(5)
const image = Float64Array.from({ length: 32 }, () => 0.2 + 0.6 * random.uniform())
const ball = (epsilon: number): Box => ({ lower: image.map((v) => v - epsilon), upper: image.map((v) => v + epsilon) })

/** f_0 − f_1 and f_0 − f_2, shifted so that both are `gap` at the image. */
function question(network: Network, gap: number): Property {
  const [a, b, c] = evaluate64(network, image)
  return { kind: 'all-positive', rows: { rows: 2, coefficients: Float64Array.of(1, -1, 0, 1, 0, -1), offsets: Float64Array.of(gap - (a - b), gap - (a - c)) } } // prettier-ignore
}

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
})
afterAll(() => engine.dispose())

describe.each(['conv', 'net1'] as const)('normalised %s', (kind) => {
  const [normalised, plain] = networks(kind)

  it('is the plain network on normalised pixels', () => {
    const [own, expected] = [evaluate64(normalised, image), evaluate64(plain, normalise(image))]
    own.forEach((value, k) => expect(value).toBeCloseTo(expected[k], 5))
  })

  it.each(['interval', 'crown', 'bab'] satisfies VerifierName[])(
    '%s bounds in pixel units as in divided ones',
    async (name) => {
      const ask = async (network: Network, box: Box): Promise<number> => {
        const verifier = createVerifier(name, engine, { certify: 'never' })
        const problem = { network, box, property: question(normalised, 0.9) }
        return (
          (await verifier.verify(problem, { seconds: 30 }, new AbortController().signal, () => undefined)).lowerBound ??
          NaN
        )
      }
      const box = ball(0.02)
      const divided = { lower: normalise(box.lower), upper: normalise(box.upper) }
      const [own, expected] = [await ask(normalised, box), await ask(plain, divided)]
      expect(own).toBeCloseTo(expected, 3)
      const { coefficients, offsets } = question(normalised, 0.9).rows
      for (let sample = 0; sample < 200; sample++) {
        const y = evaluate64(
          normalised,
          image.map((v) => v + 0.02 * Math.sign(random.uniform() - 0.5)),
        )
        for (const row of [0, 1]) {
          const value = offsets[row] + y.reduce((sum, v, k) => sum + coefficients[3 * row + k] * v, 0)
          expect(value).toBeGreaterThanOrEqual(own - 1e-6)
        }
      }
    },
  )

  it('is certified, and its certificate proves it again', async () => {
    const problem = { network: normalised, box: ball(0.02), property: question(normalised, 0.9) }
    const verifier = createVerifier('auto', engine, { certify: 'always', keepProof: true })
    const { evidence, proof } = await verifier.verify(
      problem,
      { seconds: 30 },
      new AbortController().signal,
      () => undefined,
    )
    expect(evidence).toBe('certified')
    if (proof === undefined) throw new Error('no proof')
    const claim = { image: null, box: problem.box, property: problem.property, proof }
    const asked = { kind: 'files', onnx: 'a', vnnlib: 'b' } as const
    const certificate = { network: networkHash(normalised), question: asked, claims: [claim] }
    const graph = prepareGraph(normalised)
    const checked = await checkCertificate({
      certificate,
      graph,
      networkHash: networkHash(normalised),
      claims: [problem],
    })
    expect(checked.lowerBound).toBeGreaterThan(0)
  })

  it('is exported with the layer: the file takes pixels too', async () => {
    const { bytes, difference } = await exportCheckedOnnx(normalised)
    expect(difference).toBeLessThan(1e-4)
    const again = await importOnnx(bytes)
    const [own, back] = [evaluate64(normalised, image), evaluate64(again.network, image)]
    own.forEach((value, k) => expect(value).toBeCloseTo(back[k], 4))
  })
})
