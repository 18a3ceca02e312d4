// Weights stored in the model against weights given on every run: run time and time to open a session, one thread.
import * as ort from 'onnxruntime-node'
import type { ProgramDefinition } from '../../../core/engine/engine.ts'
import { emitModel, inputName, largestStoredConstant } from '../../../core/engine/record/emit.ts'
import { record } from '../../../core/engine/record/record.ts'
import { alphaCrown, alphaCrownInputs, alphaCrownWeights } from '../../engine/programs/alpha-crown.ts'

const layers = [784, 256, 256, 256, 256, 10]
const weights = alphaCrownWeights(layers)

async function opened(definition: ProgramDefinition<string, string>, largestStored: number) {
  const recording = record(definition, 'float32')
  const inputs = Object.values(recording.inputs)
  const model = emitModel(definition.name, 'float32', inputs, recording.outputs, largestStored)
  const start = performance.now()
  const session = await ort.InferenceSession.create(model.bytes, { intraOpNumThreads: 1 })
  const constants = model.shared.map(({ name, data, shape }) => [name, new ort.Tensor('float32', data, shape)] as const)
  return { session, openMs: performance.now() - start, constants: Object.fromEntries(constants), times: [] as number[] }
}

for (const domains of [8, 64, 512]) {
  const definition = alphaCrown({ layers, domains }, weights)
  const data = Object.entries(alphaCrownInputs({ layers, domains }))
  const feeds = Object.fromEntries(
    data.map(([name, values]) => [inputName(name), new ort.Tensor('float32', values, definition.inputs[name].shape)]),
  )
  const ways = { stored: await opened(definition, largestStoredConstant), given: await opened(definition, 1000) }
  for (let run = 0; run < (domains > 100 ? 20 : 200); run += 1) {
    for (const { session, constants, times } of Object.values(ways)) {
      const start = performance.now()
      await session.run({ ...feeds, ...constants })
      times.push(performance.now() - start)
    }
  }
  for (const [name, { session, openMs, times }] of Object.entries(ways)) {
    const best = Math.min(...times)
    process.stdout.write(
      `${domains} domains, weights ${name}: best ${best.toFixed(3)} ms, opened in ${openMs.toFixed(0)} ms\n`,
    )
    await session.release()
  }
}
