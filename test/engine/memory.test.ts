// Ten thousand runs and hundreds of sessions leave no memory, tensors or handles behind.
import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { constant, openEngine } from '../../core/engine/engine.ts'
import { recorder } from '../../core/engine/record/recorder.ts'
import { tf } from '../../core/engine/tensor.ts'

const megabyte = 2 ** 20

/** Megabytes in use once garbage is collected. */
function settledMegabytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().rss / megabyte
}

function definition(name: string, width: number) {
  const weights = new Float32Array(width * width).fill(0.5)
  return {
    name,
    key: name,
    inputs: { x: { shape: [1, width] } },
    build: ({ x }: Readonly<Record<'x', tf.Tensor>>) => ({ y: tf.matMul(x, constant(weights, [width, width])) }),
  }
}

function openHandles(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}

test('10,000 runs', async () => {
  const engine = await openEngine({ threads: 1 })
  const program = await engine.compile(definition('many-runs', 128))
  const x = new Float32Array(128).fill(1)
  const run = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const { y } = await program.run({ x })
      if (y[0] !== 64) throw new Error(`run ${index} gave ${y[0]}`)
    }
  }
  await run(5000)
  const before = { handles: openHandles(), tensors: tf.memory().numTensors }
  const growth: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const megabytes = settledMegabytes()
    await run(10_000)
    growth.push(settledMegabytes() - megabytes)
  }
  expect(Math.min(...growth), `megabytes more in each 10,000 runs: ${growth.join()}`).toBeLessThan(2)
  expect(openHandles()).toBe(before.handles)
  expect(tf.memory().numTensors).toBe(before.tensors)
  expect(recorder.numDataIds()).toBe(0)
  await engine.dispose()
})

test('dispose gives sessions back', async () => {
  const openAndClose = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const engine = await openEngine({ threads: 1 })
      await (await engine.compile(definition('session', 256))).run({ x: new Float32Array(256) })
      await engine.dispose()
    }
  }
  await openAndClose(40)
  const before = settledMegabytes()
  await openAndClose(120)
  const grown = settledMegabytes() - before
  expect(grown, 'megabytes more after 120 engines that hold 0.5 MB each').toBeLessThan(30)
})
