// What a run costs besides arithmetic: an empty program, and whether preallocated outputs would help.
import * as ort from 'onnxruntime-node'
import { openEngine } from '../../../core/engine/engine.ts'
import { modelBytes, node, valueInfo } from '../../../core/engine/onnx/model.ts'
import { onnxType } from '../../../core/engine/onnx/schema.ts'
import { tf } from '../../../core/engine/tensor.ts'
import { printed, timed } from './timing.ts'

const engine = await openEngine({ threads: 1 })
for (const entries of [1, 1_000_000]) {
  const start = performance.now()
  const program = await engine.compile({
    name: `negate ${entries}`,
    key: 'overhead',
    inputs: { x: { shape: [entries] } },
    build: ({ x }) => ({ y: tf.neg(x) }),
  })
  const compiled = performance.now() - start
  printed(`negate ${entries}`, await timed(program, { x: new Float32Array(entries) }, 500), compiled)
}
await engine.dispose()

const entries = 1_000_000
const session = await ort.InferenceSession.create(
  modelBytes({
    name: 'negate',
    nodes: [node('Neg', ['x'], ['y'])],
    initializers: [],
    inputs: [valueInfo('x', onnxType.float, [entries])],
    outputs: [valueInfo('y', onnxType.float, [entries])],
  }),
  { intraOpNumThreads: 1 },
)
const x = new ort.Tensor('float32', new Float32Array(entries), [entries])
const y = new ort.Tensor('float32', new Float32Array(entries), [entries])
const runs = { fresh: () => session.run({ x }), preallocated: () => session.run({ x }, { y }) }
for (let round = 0; round < 2; round += 1) {
  for (const [name, run] of Object.entries(runs)) {
    const times: number[] = []
    for (let index = 0; index < 200; index += 1) {
      const start = performance.now()
      await run()
      times.push(performance.now() - start)
    }
    const median = times.toSorted((a, b) => a - b)[100]
    process.stdout.write(`outputs ${name}: median ${median.toFixed(3)} ms, best ${Math.min(...times).toFixed(3)} ms\n`)
  }
}
await session.release()
