// The outputs of an `.onnx` file at one point by ONNX Runtime itself: what others will compare a counterexample with.
import { openModel } from '../../engine/run/model.ts'
import { sizeOf } from '../../nn/index.ts'
import { readWhole } from '../file.ts'
import { feedsOf } from './import/compare.ts'
import { translateOnnx } from './import/import.ts'
import { maximumBytes } from './import/limits.ts'

/** Outputs, flat in the order of the model's own, at `x` (flat; rounded to float32 where the model takes that). */
export async function evaluateOnnxFile(path: string, x: Float64Array): Promise<Float64Array> {
  return evaluateOnnx(await readWhole(path, maximumBytes), x)
}

/** The same of the bytes of such a file. */
export async function evaluateOnnx(bytes: Uint8Array, x: Float64Array): Promise<Float64Array> {
  const translation = translateOnnx(bytes)
  const model = await openModel(bytes)
  try {
    const values = await model.run(feedsOf(translation, x))
    const { outputs } = translation
    const result = new Float64Array(outputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0))
    for (const { name, offset } of outputs) result.set(values[name], offset)
    return result
  } finally {
    await model.release()
  }
}
