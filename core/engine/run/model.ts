// Runs a whole ONNX model as it is on ONNX Runtime: the reference that an imported network is compared with.
import { EspalierError } from '../../contract/errors.ts'
import { ort } from './ort.ts'

/** Numbers of one input of a model, with their full ONNX shape. */
export interface ModelFeed {
  readonly data: Float32Array | Float64Array
  readonly shape: readonly number[]
}

export interface RunningModel {
  /** The model's outputs, flat, by name. @throws EspalierError 'model/corrupt' where the runtime refuses to run it. */
  run(feeds: Readonly<Record<string, ModelFeed>>): Promise<Readonly<Record<string, Float64Array>>>
  release(): Promise<void>
}

/**
 * Opens the bytes of an `.onnx` file on the processor, without the runtime's rewriting of the graph.
 * @throws EspalierError 'model/corrupt' with the runtime's own words where it cannot read them.
 */
export async function openModel(bytes: Uint8Array): Promise<RunningModel> {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  }).catch(refused)
  return {
    async run(feeds) {
      const tensors = Object.entries(feeds).map(([name, { data, shape }]): [string, ort.Tensor] => [
        name,
        new ort.Tensor(data instanceof Float64Array ? 'float64' : 'float32', data, shape),
      ])
      const results = await session.run(Object.fromEntries(tensors)).catch(refused)
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, numbersOf(value)]))
    },
    release: () => session.release(),
  }
}

function numbersOf({ data }: ort.Tensor): Float64Array {
  return Float64Array.from(data as ArrayLike<number>)
}

function refused(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause)
  throw new EspalierError(
    'model/corrupt',
    `ONNX Runtime refuses this model: ${reason}`,
    'Check the file with the tool that wrote it, or export it again.',
    { cause },
  )
}
