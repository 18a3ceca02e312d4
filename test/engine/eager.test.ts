// The NHWC compositions that eager GPU backends use agree with the loops of the reference, gradients included.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../core/engine/engine.ts'
import type { Engine } from '../../core/engine/engine.ts'
import { onBackend } from '../../core/engine/run/eager.ts'
import { registerNhwcKernels } from '../../core/engine/run/nhwc.ts'
import { tf } from '../../core/engine/tensor.ts'
import type { Tensor } from '../../core/engine/tensor.ts'
import { convolutionCases } from './parity/convolution.ts'
import { difference } from './parity/difference.ts'
import { parityProgram } from './parity/program.ts'

const backend = 'nhwc-on-cpu'
let reference: Engine

beforeAll(async () => {
  reference = await openEngine({ provider: 'tfjs-cpu' })
  tf.registerBackend(backend, () => Object.assign(new MathBackendCPU(), { firstUse: false }), 0)
  tf.copyRegisteredKernels('cpu', backend)
  registerNhwcKernels(backend)
})
afterAll(async () => {
  await reference.dispose()
})

describe.each(Object.entries(convolutionCases))('%s', (kernelName, cases) => {
  test.each(cases.map((item) => [item.title, item] as const))('%s', async (_title, item) => {
    const definition = parityProgram(kernelName, item)
    const arrays = Object.entries(item.inputs)
    const expected = await (
      await reference.compile(definition)
    ).run(Object.fromEntries(arrays.map(([name, { data }]) => [name, data])))
    const given = onBackend(backend, () =>
      tf.tidy(() => {
        const inputs = arrays.map(([name, { data, shape }]) => [name, tf.tensor(data as Float32Array, [...shape])])
        const outputs = definition.build(Object.fromEntries(inputs) as Record<string, Tensor>)
        return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.dataSync().slice()]))
      }),
    )
    expect(difference(given, expected, 2e-5)).toBeNull()
  })
})

test('one tensor may be several outputs, an input too', async () => {
  const shared = await reference.compile({
    name: 'shared',
    key: 'shared',
    inputs: { x: { shape: [2] } },
    build: ({ x }) => {
      const twice = tf.add(x, x)
      return { first: twice, second: twice, x }
    },
  })
  const { first, second, x } = await shared.run({ x: Float32Array.of(1, 2) })
  expect([...first, ...second, ...x]).toEqual([2, 4, 2, 4, 1, 2])
})
