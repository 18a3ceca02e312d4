// Convolutions in the runtime's blocked layout: the same numbers to second order, few changes of layout, and none where it does not fit.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine, type ProgramDefinition } from '../../core/engine/engine.ts'
import { constant, scalar } from '../../core/engine/constant.ts'
import { decodeModel } from '../../core/engine/onnx/schema.ts'
import { conv2d } from '../../core/engine/ops/conv2d.ts'
import { emitModel } from '../../core/engine/record/emit.ts'
import { record } from '../../core/engine/record/record.ts'
import { blockSize } from '../../core/engine/run/block.ts'
import { createOnnxExecutor } from '../../core/engine/run/onnx.ts'
import { tf, type Tensor } from '../../core/engine/tensor.ts'
import { area, spread } from './parity/case.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ provider: 'cpu', threads: 1 })))
afterAll(() => engine.dispose())

const shapes = { x: [16, 3, 9, 8], first: [16, 3, 3, 3], bias: [16], second: [32, 16, 4, 4], weights: [32 * 4 * 4, 5] }
type Names = keyof typeof shapes

/** Two convolutions with ReLU and a dense layer. */
function logits({ x, first, bias, second, weights }: Record<Names, Tensor>): Tensor {
  const hidden = tf.relu(tf.add(conv2d(x, first, { strides: [1, 1], pads: [1, 1, 0, 1] }), tf.reshape(bias, [1, -1, 1, 1]))) // prettier-ignore
  const deep = tf.relu(conv2d(hidden, second, { strides: [2, 2], pads: [1, 1, 1, 1] }))
  return tf.matMul(tf.reshape(deep, [16, -1]), weights)
}

/** The logits, the gradient in the images and in the filters, and the gradient of that gradient's square in the filters. */
const network: ProgramDefinition<Names, string> = {
  name: 'network in blocks',
  key: 'network in blocks',
  inputs: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }])) as never,
  build(inputs) {
    const { x, first, bias, second } = inputs
    const given = (values: readonly Tensor[]) => ({ ...inputs, first: values[0], bias: values[1], second: values[2] })
    const loss = (all: Record<Names, Tensor>): Tensor => tf.sum(tf.softplus(tf.mul(logits(all), scalar(0.002))))
    const slope = (...values: Tensor[]): Tensor =>
      tf.sum(tf.square(tf.grad((image: Tensor) => loss({ ...given(values), x: image }))(x)))
    const once = tf.grads((...values: Tensor[]) => loss(given(values)))([first, bias, second])
    const twice = tf.grads(slope)([first, bias, second])
    const named = (prefix: string, tensors: readonly Tensor[]) =>
      tensors.map((tensor, k): [string, Tensor] => [`${prefix}${k}`, tensor])
    return { y: logits(inputs), ...Object.fromEntries([...named('once', once), ...named('twice', twice)]) }
  },
}

const values = Object.fromEntries(
  Object.entries(shapes).map(([name, shape], k) => [name, spread(area(shape), -0.5, 0.5, 7 + k)]),
) as unknown as Record<Names, Float32Array>

function operators(definition: ProgramDefinition<string, string>, block: number | null): readonly string[] {
  const { inputs, outputs } = record(definition, 'float32', block)
  const { bytes } = emitModel('x', 'float32', Object.values(inputs), outputs)
  return decodeModel(bytes).graph.node.map(({ opType, domain = '' }) =>
    domain === '' ? opType : `${domain}:${opType}`,
  )
}

describe('a network in blocks', () => {
  it('gives what it gives in plain order, to second order', async () => {
    const plain = await createOnnxExecutor({ provider: 'cpu', precision: 'float32', threads: 1 }, null).compile(network)
    const [expected, given] = [await plain.run(values), await (await engine.compile(network)).run(values)]
    await plain.release()
    for (const [name, numbers] of Object.entries(expected)) {
      const largest = Math.max(...Array.from(numbers, Math.abs))
      expect(largest, name).toBeGreaterThan(0)
      for (const [at, number] of numbers.entries())
        expect(Math.abs(given[name][at] - number), `${name}[${at}]`).toBeLessThanOrEqual(2e-6 * largest)
    }
  })

  it('changes its layout where the dense layer begins, and nowhere between the convolutions', () => {
    const forward = { ...network, build: (inputs: Record<Names, Tensor>) => ({ y: logits(inputs) }) }
    const used = operators(forward, 16).filter((op) => op.startsWith('com.microsoft'))
    const [conv, out] = ['com.microsoft.nchwc:Conv', 'com.microsoft.nchwc:ReorderOutput']
    expect(used).toEqual([conv, conv, out])
    expect(operators(forward, 16)).not.toContain('Relu')
    expect(operators(forward, null).filter((op) => op.startsWith('com.microsoft'))).toEqual([])
  })
})

it('leaves constant filters to the runtime, which puts them in blocks by itself', () => {
  const filter = Float32Array.from(spread(area(shapes.second), -1, 1, 3))
  const definition: ProgramDefinition<string, string> = {
    name: 'constant filter',
    key: 'constant filter',
    inputs: { x: { shape: [2, 16, 6, 6] } },
    build: ({ x }) => ({
      y: conv2d(x, tf.abs(constant(filter, shapes.second)), { strides: [1, 1], pads: [0, 0, 0, 0] }),
    }),
  }
  expect(operators(definition, 16).filter((op) => op.startsWith('com.microsoft'))).toEqual([])
})

it('knows the size of a block, or that there is none', async () => {
  expect([null, 8, 16]).toContain(await blockSize())
})
