// Of many sessions only the last used stay open, and every one still runs.
import * as ort from 'onnxruntime-node'
import { afterEach, describe, expect, it } from 'vitest'
import { modelBytes, node, valueInfo } from '../../core/engine/onnx/model.ts'
import { elementType } from '../../core/engine/record/emit.ts'
import { sessionOptions } from '../../core/engine/run/onnx.ts'
import { SessionCache, type CachedSession } from '../../core/engine/run/sessions.ts'

/** x ↦ x + x or x·x. */
function model(operator: 'Add' | 'Mul'): Uint8Array {
  const type = elementType('float32', 'float32')
  return modelBytes({
    name: operator,
    nodes: [node(operator, ['x', 'x'], ['y'])],
    initializers: [],
    inputs: [valueInfo('x', type, [1])],
    outputs: [valueInfo('y', type, [1])],
  })
}

const options = sessionOptions({ provider: 'cpu', precision: 'float32', threads: 1 })
const opened: CachedSession[] = []
const valueAt = async (session: CachedSession, x: number): Promise<unknown> => {
  const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(x), [1]) })
  return y.data[0]
}

async function open(cache: SessionCache, count: number): Promise<CachedSession[]> {
  for (let k = 0; k < count; k++) opened.push(await cache.open(model(k % 2 === 0 ? 'Add' : 'Mul'), options))
  return opened
}

describe('a cache of two', () => {
  afterEach(async () => {
    for (const session of opened.splice(0)) await session.release()
  })

  it('keeps two of five sessions open, and all five run', async () => {
    const cache = new SessionCache(2)
    const sessions = await open(cache, 5)
    expect(cache.size).toBe(2)
    for (const [k, session] of [...sessions.entries(), ...sessions.entries()]) {
      expect(await valueAt(session, 3)).toBe(k % 2 === 0 ? 6 : 9)
      expect(cache.size).toBe(2)
    }
  })

  it('closes none while it runs', async () => {
    const cache = new SessionCache(2)
    const sessions = await open(cache, 5)
    const values = await Promise.all(sessions.map((session) => valueAt(session, 5)))
    expect(values).toEqual([10, 25, 10, 25, 10])
    await valueAt(sessions[0], 1)
    expect(cache.size).toBe(2)
  })

  it('lets a refused model stay out', async () => {
    const cache = new SessionCache(2)
    await expect(cache.open(Uint8Array.of(1, 2, 3), options)).rejects.toThrow()
    expect(cache.size).toBe(0)
  })
})
