// What an engine promises: cached programs, checked inputs, coded errors, full precision, nothing left behind.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { constant, openEngine, scalar } from '../../core/engine/engine.ts'
import type { Engine, ProgramDefinition } from '../../core/engine/engine.ts'
import { conv2d } from '../../core/engine/ops/conv2d.ts'
import { decodeModel } from '../../core/engine/onnx/schema.ts'
import { emitModel } from '../../core/engine/record/emit.ts'
import { record } from '../../core/engine/record/record.ts'
import { recorder } from '../../core/engine/record/recorder.ts'
import { tf } from '../../core/engine/tensor.ts'
import type { Tensor } from '../../core/engine/tensor.ts'

let engine: Engine
let double: Engine
beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
  double = await openEngine({ precision: 'float64', threads: 1 })
})
afterAll(async () => {
  await engine.dispose()
  await double.dispose()
})

function program(name: string, build: (x: Tensor) => Tensor, shape = [2, 2]): ProgramDefinition<'x', 'y'> {
  return { name, key: name, inputs: { x: { shape } }, build: ({ x }) => ({ y: build(x) }) }
}

describe('compiling', () => {
  test('the same key and shapes give the same program, recorded once', async () => {
    let builds = 0
    const definition = program('cached', (x) => {
      builds += 1
      return tf.square(x)
    })
    const [first, second] = await Promise.all([engine.compile(definition), engine.compile(definition)])
    expect(second).toBe(first)
    expect(builds).toBe(1)
    const wider = await engine.compile({ ...definition, inputs: { x: { shape: [3, 2] } } })
    expect(wider).not.toBe(first)
    expect(wider.outputs.y).toEqual({ shape: [3, 2], dtype: 'float32' })
  })

  test('outputs are named and typed; an input or a constant may be an output', async () => {
    const compiled = await engine.compile({
      name: 'types',
      key: 'types',
      inputs: { x: { shape: [3] }, i: { shape: [2], dtype: 'int32' }, b: { shape: [2], dtype: 'bool' } },
      build: ({ x, i, b }) => ({
        x,
        same: x,
        above: tf.greater(x, 0),
        place: tf.argMax(x),
        i: tf.add(i, i),
        b: tf.logicalNot(b),
        c: constant(Int32Array.of(4, 5), [2]),
      }),
    })
    expect(compiled.outputs.place).toEqual({ shape: [], dtype: 'int32' })
    const results = await compiled.run({
      x: Float32Array.of(-1, 2, 0),
      i: Int32Array.of(1, 2),
      b: Uint8Array.of(0, 1),
    })
    expect(results).toEqual({
      x: Float32Array.of(-1, 2, 0),
      same: Float32Array.of(-1, 2, 0),
      above: Uint8Array.of(0, 1, 0),
      place: Int32Array.of(1),
      i: Int32Array.of(2, 4),
      b: Uint8Array.of(1, 0),
      c: Int32Array.of(4, 5),
    })
  })

  test('a failed build can be tried again', async () => {
    let fail = true
    const definition = program('second-try', (x) => {
      if (fail) throw new Error('not yet')
      return x
    })
    await expect(engine.compile(definition)).rejects.toThrow('not yet')
    fail = false
    const results = await (await engine.compile(definition)).run({ x: Float32Array.of(1, 2, 3, 4) })
    expect(results.y).toEqual(Float32Array.of(1, 2, 3, 4))
  })
})

describe('errors', () => {
  test('a kernel that is not recorded names itself and the program', async () => {
    const failing = engine.compile(program('hyperbolic', (x) => tf.sinh(x)))
    await expect(failing).rejects.toMatchObject({ code: 'engine/kernel-missing' })
    await expect(failing).rejects.toThrow(/Sinh.*hyperbolic/)
  })

  test('inputs are checked by name, type and length', async () => {
    const compiled = await engine.compile(program('checked', (x) => tf.neg(x)))
    const wrong = [
      {},
      { x: new Float32Array(3) },
      { x: new Float64Array(4) },
      { x: new Int32Array(4) },
      { x: new Float32Array(4), z: new Float32Array(1) },
    ]
    for (const inputs of wrong) {
      await expect(compiled.run(inputs as never)).rejects.toMatchObject({ code: 'engine/shape' })
    }
  })

  test('a tensor from outside the build function, or its numbers inside, are refused', async () => {
    const reference = await openEngine({ provider: 'tfjs-cpu' })
    let smuggled: Tensor | null = null
    await (
      await reference.compile(program('outside', (x) => (smuggled = tf.keep(tf.square(x)))))
    ).run({
      x: new Float32Array(4),
    })
    await expect(engine.compile(program('foreign', (x) => tf.add(x, smuggled as unknown as Tensor)))).rejects.toThrow(
      /not made inside/,
    )
    await expect(engine.compile(program('reading', (x) => tf.scalar(x.dataSync()[0])))).rejects.toThrow(/do not exist/)
    await reference.dispose()
  })

  test('a convolution whose sizes do not fit says which', async () => {
    const options = { strides: [1, 1], pads: [0, 0, 0, 0] } as const
    const tooLarge = engine.compile(program('kernel', (x) => conv2d(x, tf.ones([1, 1, 5, 5]), options), [1, 1, 4, 4]))
    await expect(tooLarge).rejects.toMatchObject({ code: 'engine/shape' })
    const channels = engine.compile(program('channels', (x) => conv2d(x, tf.ones([1, 2, 3, 3]), options), [1, 1, 4, 4]))
    await expect(channels).rejects.toThrow(/must be 2/)
  })

  test('a disposed engine refuses to compile and to run', async () => {
    const closed = await openEngine({ threads: 1 })
    const compiled = await closed.compile(program('closed', (x) => tf.neg(x)))
    await closed.dispose()
    await expect(compiled.run({ x: new Float32Array(4) })).rejects.toMatchObject({ code: 'engine/failed' })
    await expect(closed.compile(program('late', (x) => x))).rejects.toMatchObject({ code: 'engine/failed' })
  })

  test('providers that are not here, and float64 where there is none, are coded errors', async () => {
    for (const provider of ['cuda', 'tfjs-node-gpu'] as const) {
      await expect(openEngine({ provider })).rejects.toMatchObject({ code: 'engine/provider-unavailable' })
    }
    const wide = openEngine({ provider: 'webgpu', precision: 'float64' })
    await expect(wide).rejects.toMatchObject({ code: 'engine/provider-unavailable' })
  })
})

describe('precision', () => {
  test('float64 constants, scalars and attributes keep all their bits', async () => {
    const third = 1 / 3
    const compiled = await double.compile({
      name: 'bits',
      key: 'bits',
      inputs: { x: { shape: [1] } },
      build: ({ x }) => ({
        constant: tf.add(x, constant(Float64Array.of(third), [1])),
        scalar: tf.add(x, scalar(third)),
        clip: tf.clipByValue(tf.add(x, 1), 0, third),
        fill: tf.add(x, tf.fill([1], third)),
      }),
    })
    const results = await compiled.run({ x: Float64Array.of(0) })
    for (const values of Object.values(results)) expect(values).toEqual(Float64Array.of(third))
  })

  test('float32 inputs widen exactly in float64 programs', async () => {
    const compiled = await double.compile(program('widened', (x) => x, [1]))
    const results = await compiled.run({ x: Float32Array.of(0.1) })
    expect(results.y).toEqual(Float64Array.of(Math.fround(0.1)))
  })
})

describe('second derivatives that TensorFlow.js loses', () => {
  test('the Hessian of log softmax is minus that of log-sum-exp', async () => {
    const compiled = await double.compile({
      name: 'hessian',
      key: 'hessian',
      inputs: { x: { shape: [1, 2] } },
      build: ({ x }) => {
        const first = (z: Tensor) => tf.sum(tf.slice(tf.logSoftmax(z), [0, 0], [1, 1]))
        const slope = (z: Tensor) => tf.sum(tf.slice(tf.grad(first)(z), [0, 0], [1, 1]))
        return { row: tf.grad(slope)(x) }
      },
    })
    const p = 1 / (1 + Math.exp(-0.3))
    const { row } = await compiled.run({ x: Float64Array.of(0.5, 0.2) })
    expect(row[0]).toBeCloseTo(-p * (1 - p), 12)
    expect(row[1]).toBeCloseTo(p * (1 - p), 12)
  })
})

test('nothing is left after recording: no tensors, no data', async () => {
  const [tensors, ids] = [tf.memory().numTensors, recorder.numDataIds()]
  const loss = (x: Tensor) => tf.sum(tf.square(tf.relu(x)))
  await engine.compile(program('clean', (x) => tf.grad((z: Tensor) => tf.sum(tf.grad(loss)(z)))(x)))
  await engine.compile(program('kept', (x) => tf.keep(tf.square(x))))
  await expect(engine.compile(program('broken', () => tf.matMul(tf.ones([2]), tf.ones([3]))))).rejects.toThrow()
  expect([tf.memory().numTensors, recorder.numDataIds()]).toEqual([tensors, ids])
  await expect(engine.compile(program('leaky', (x) => tf.add(x, tf.keep(tf.neg(x)))))).rejects.toThrow(/left 1 tensors/)
})

describe('constants', () => {
  test('a large array is one tensor for all programs, and an input of their models', async () => {
    const data = new Float32Array(2 ** 22 + 2).fill(0.25)
    const definition = (name: string): ProgramDefinition<'x', 'y'> => ({
      name,
      key: name,
      inputs: { x: { shape: [1, 1] } },
      build: ({ x }) => ({ y: tf.sum(tf.mul(x, constant(data, [2, data.length / 2]))) }),
    })
    for (const name of ['first', 'second']) {
      const compiled = await engine.compile(definition(name))
      const { y } = await compiled.run({ x: Float32Array.of(2) })
      expect(y[0]).toBeCloseTo(data.length / 2, -1)
    }
    const recording = record(definition('third'), 'float32')
    const model = emitModel('third', 'float32', Object.values(recording.inputs), recording.outputs)
    expect(model.shared.map(({ data: shared }) => shared)).toEqual([data])
    expect(model.bytes.length).toBeLessThan(1000)
  })

  test('the same array twice is stored once; dead nodes and cancelling transposes are not recorded', () => {
    const data = new Float32Array(600).fill(0.5).map((_, index) => index)
    const recording = record(
      {
        name: 'slim',
        key: 'slim',
        inputs: { x: { shape: [20, 30] } },
        build: ({ x }) => {
          tf.exp(x)
          const back = tf.transpose(tf.transpose(x))
          return { y: tf.add(tf.mul(tf.add(back, constant(data, [20, 30])), constant(data, [20, 30])), tf.scalar(2)) }
        },
      },
      'float32',
    )
    const { bytes, nodeCount } = emitModel('slim', 'float32', Object.values(recording.inputs), recording.outputs)
    const { graph } = decodeModel(bytes)
    expect(graph.node.map(({ opType }) => opType)).toEqual(['Add', 'Mul', 'Add', 'Identity'])
    expect(nodeCount).toBe(4)
    expect(graph.initializer.map(({ rawData }) => rawData?.length)).toEqual([2400, 4])
  })
})
