// Compares an imported network with the model it came from, run by ONNX Runtime on random inputs.
import { SeededRandom } from '../../../data/random.ts'
import { openModel, type ModelFeed } from '../../../engine/run/model.ts'
import { evaluate64, sizeOf } from '../../../nn/index.ts'
import { corrupt, unsupported } from './failure.ts'
import type { Translation } from './graph.ts'
import { workOf } from './work.ts'

/** Random points tried: fewer where all together would take more products than this. */
const mostPoints = 4
const mostWork = 2 ** 31
/** Largest difference allowed, relative to the largest output (at least 1): float32 rounding over a deep network stays far below. */
const tolerance = 1e-3

/**
 * The largest absolute difference between an output of ONNX Runtime and the float64 evaluation of the network.
 * @throws EspalierError 'model/unsupported' where it is beyond rounding, 'model/corrupt' where the model gives no numbers.
 */
export async function compareWithRuntime(bytes: Uint8Array, translation: Translation): Promise<number> {
  const model = await openModel(bytes)
  try {
    const random = new SeededRandom(1)
    const points = Math.max(1, Math.min(mostPoints, Math.floor(mostWork / workOf(translation.network))))
    let worst = 0
    for (let point = 0; point < points; point++) {
      const x = randomPoint(random, sizeOf(translation.network.inputShape), point % 2 === 0 ? 0 : -1)
      const expected = await model.run(feedsOf(translation, x))
      worst = Math.max(worst, difference(translation, expected, evaluate64(translation.network, x)))
    }
    return worst
  } finally {
    await model.release()
  }
}

function randomPoint(random: SeededRandom, size: number, low: number): Float64Array {
  return Float64Array.from({ length: size }, () => Math.fround(low + (1 - low) * random.uniform()))
}

/** A point as what a session of the model takes. */
export function feedsOf({ inputs }: Translation, x: Float64Array): Record<string, ModelFeed> {
  const feeds = inputs.map(({ name, shape, offset, double }): [string, ModelFeed] => {
    const data = x.subarray(offset, offset + sizeOf(shape))
    return [name, { data: double ? data.slice() : Float32Array.from(data), shape }]
  })
  return Object.fromEntries(feeds)
}

function difference(
  { outputs }: Translation,
  expected: Readonly<Record<string, Float64Array>>,
  actual: Float64Array,
): number {
  let worst = 0
  let magnitude = 1
  for (const { name, shape, offset } of outputs) {
    const values = expected[name]
    if (values.length !== sizeOf(shape)) throw corrupt(`ONNX Runtime gives ${values.length} numbers for "${name}"`)
    for (const [i, value] of values.entries()) {
      worst = Math.max(worst, Math.abs(value - actual[offset + i]))
      magnitude = Math.max(magnitude, Math.abs(value))
    }
  }
  if (!Number.isFinite(worst)) throw corrupt('its outputs are no finite numbers')
  if (worst > tolerance * magnitude) {
    throw unsupported(
      `Read by Espalier the model differs from ONNX Runtime by ${worst.toPrecision(3)}`,
      'Please report this model: it uses an operator in a way that Espalier reads differently.',
    )
  }
  return worst
}
