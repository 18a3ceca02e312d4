// Every recorded kernel, over its attributes and its gradients of first and second order, against TensorFlow.js' CPU backend.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../core/engine/engine.ts'
import type { Engine } from '../../core/engine/engine.ts'
import { recordedKernels } from '../../core/engine/kernels/registry.ts'
import { parityCases } from './parity/cases.ts'
import { expectClose, expectDerivatives, widened } from './parity/compare.ts'
import { parityProgram } from './parity/program.ts'

let reference: Engine
let single: Engine
let double: Engine

beforeAll(async () => {
  reference = await openEngine({ provider: 'tfjs-cpu' })
  single = await openEngine({ threads: 1 })
  double = await openEngine({ precision: 'float64', threads: 1 })
})
afterAll(async () => {
  await Promise.all([single.dispose(), double.dispose(), reference.dispose()])
})

describe.each(Object.entries(parityCases))('%s', (kernelName, cases) => {
  test.each(cases.map((item) => [item.title, item] as const))('%s', async (_title, item) => {
    const definition = parityProgram(kernelName, item)
    const inputs = Object.fromEntries(Object.entries(item.inputs).map(([name, { data }]) => [name, data]))
    const expected = await (await reference.compile(definition)).run(inputs)
    const tolerance = item.tolerance ?? 2e-5
    const given = await (await single.compile(definition)).run(inputs)
    expectClose(given, expected, tolerance, 'float32')
    if (item.float32Only === true) {
      await expect(double.compile(definition)).rejects.toMatchObject({ code: 'engine/kernel-missing' })
      return
    }
    const wide = Object.fromEntries(Object.entries(inputs).map(([name, data]) => [name, widened(data)]))
    const program = await double.compile(definition)
    expectClose(await program.run(wide), expected, tolerance, 'float64')
    await expectDerivatives(program, item)
  })
})

test('the parity table and the registry name the same kernels', () => {
  expect(Object.keys(parityCases).toSorted()).toEqual(Object.keys(recordedKernels).toSorted())
})
