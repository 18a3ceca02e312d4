// Sums written as the bias of the node before them, and the step function by arithmetic: exactly what they stand for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine, type ProgramDefinition } from '../../core/engine/engine.ts'
import { conv2d } from '../../core/engine/ops/conv2d.ts'
import { decodeModel } from '../../core/engine/onnx/schema.ts'
import { emitModel } from '../../core/engine/record/emit.ts'
import { record } from '../../core/engine/record/record.ts'
import { tf, type Tensor } from '../../core/engine/tensor.ts'
import { spread } from './parity/case.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ provider: 'cpu', threads: 1 })))
afterAll(() => engine.dispose())

function operators(definition: ProgramDefinition<string, string>): string[] {
  const { name, inputs, outputs } = record(definition, 'float32')
  const { bytes } = emitModel(name, 'float32', Object.values(inputs), outputs)
  const names = decodeModel(bytes).graph.node.map(({ opType }) => opType)
  return names.filter((op) => op !== 'Identity' && op !== 'Reshape')
}

const image = { shape: [2, 3, 6, 6] }
const filter = { shape: [4, 3, 3, 3] }

/** `also`: the convolution is an output too. */
const convolution = (also: boolean): ProgramDefinition<string, string> => ({
  name: 'convolution',
  key: `convolution ${also}`,
  inputs: { x: image, w: filter, b: { shape: [4] } },
  build({ x, w, b }): Record<string, Tensor> {
    const plain = conv2d(x, w, { strides: [2, 1], pads: [1, 0, 1, 0] })
    const sum = tf.add(plain, tf.reshape(b, [1, -1, 1, 1]))
    return also ? { sum, plain } : { sum }
  },
})

/** `turned`: the weights are stored [out, in]. */
const product = (turned: boolean): ProgramDefinition<string, string> => ({
  name: 'product',
  key: `product ${turned}`,
  inputs: { x: { shape: [5, 7] }, w: { shape: turned ? [4, 7] : [7, 4] }, b: { shape: [4] } },
  build: ({ x, w, b }) => ({ sum: tf.add(b, tf.matMul(x, w, false, turned)) }),
})

describe('a sum behind a convolution or a product', () => {
  it('is its bias where nothing else reads it', () => {
    expect(operators(convolution(false))).toEqual(['Conv'])
    expect(operators(product(true))).toEqual(['Gemm'])
    expect(operators(convolution(true))).toEqual(['Conv', 'Add'])
    expect(operators(product(false))).toEqual(['MatMul', 'Add'])
  })

  it('stays a sum of whole numbers, whose products the runtime has no bias for', async () => {
    const whole = (...shape: number[]) => ({ shape, dtype: 'int32' as const })
    const definition: ProgramDefinition<string, string> = {
      ...product(true),
      key: 'whole product',
      inputs: { x: whole(1, 2), w: whole(3, 2), b: whole(3) },
    }
    const inputs = { x: Int32Array.of(2, 3), w: Int32Array.of(1, 0, 0, 1, 1, -1), b: Int32Array.of(5, 6, 7) }
    expect((await (await engine.compile(definition)).run(inputs)).sum).toEqual(Int32Array.of(7, 9, 6))
  })

  it('gives the same bits', async () => {
    const inputs = { x: spread(216), w: spread(108, -1, 1, 3), b: spread(4, -1, 1, 9) }
    const { sum } = await (await engine.compile(convolution(false))).run(inputs)
    const { sum: apart } = await (await engine.compile(convolution(true))).run(inputs)
    expect(sum).toEqual(apart)
  })
})

it.each(['float32', 'float64'] as const)('the step function is exact in %s', async (precision) => {
  const tiny = precision === 'float32' ? 2 ** -149 : 2 ** -1074
  const x = [NaN, -Infinity, -1, -tiny, 0, tiny, 1e-30, 1, 1e30, Infinity]
  const program = await engine.compile({
    name: 'steps',
    key: `steps ${precision}`,
    precision,
    inputs: { x: { shape: [x.length] } },
    build: (given) => ({ zero: tf.step(given.x), minus: tf.step(given.x, -1) }),
  })
  const { zero, minus } = await program.run({
    x: precision === 'float32' ? Float32Array.from(x) : Float64Array.from(x),
  })
  expect(Array.from(zero, (value) => value + 0)).toEqual([NaN, 0, 0, 0, 0, 1, 1, 1, 1, 1])
  expect(Array.from(minus)).toEqual([NaN, -1, -1, -1, -1, 1, 1, 1, 1, 1])
})
