// Runs recorded programs on ONNX Runtime.
import { EspalierError } from '../../contract/errors.ts'
import type { Precision, ProgramDefinition, ProviderName, TensorData, TensorSpec, TensorType } from '../program.ts'
import { modelBytes, node, valueInfo } from '../onnx/model.ts'
import { elementType, emitModel, inputName, outputName, storedData } from '../record/emit.ts'
import type { SharedConstant } from '../record/emit.ts'
import { record } from '../record/record.ts'
import { checkNoStrangers, checkedInputs, inputData } from './check.ts'
import type { CheckedInput } from './check.ts'
import { requirePrecision, type CompiledProgram, type Executor } from './executor.ts'
import { physicalCores } from './cores.ts'
import { ort } from './ort.ts'
import { SessionCache, type CachedSession } from './sessions.ts'

// What the runtime prints by itself is also thrown, and then said in the error's message.
ort.env.logLevel = 'fatal'

export interface OnnxOptions {
  readonly provider: ProviderName
  readonly precision: Precision
  readonly threads?: number
}

/**
 * The runtime's options for one session. Its graph optimisations take as long as ten runs of a bounding program and save a
 * few per cent of each; the other providers need them to place nodes. Its arena keeps twice the memory of all tensors for
 * as long as the session is open, which only the many runs of a program repay.
 */
export function sessionOptions(options: OnnxOptions, fewRuns = false): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [options.provider],
    graphOptimizationLevel: fewRuns && options.provider === 'cpu' ? 'disabled' : 'all',
    enableCpuMemArena: !fewRuns,
    intraOpNumThreads: options.threads ?? physicalCores(),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  }
}

type OrtType = 'float32' | 'float64' | 'int32' | 'bool'

function ortType(dtype: TensorType, precision: Precision): OrtType {
  return dtype === 'float32' ? precision : dtype
}

class OnnxProgram<I extends string, O extends string> implements CompiledProgram<I, O> {
  readonly outputs: Readonly<Record<O, Required<TensorSpec>>>
  readonly #name: string
  readonly #precision: Precision
  readonly #inputs: readonly CheckedInput[]
  readonly #outputNames: readonly O[]
  readonly #constants: Readonly<Record<string, ort.Tensor>>
  #session: CachedSession | null

  constructor(
    definition: ProgramDefinition<I, O>,
    precision: Precision,
    session: CachedSession,
    outputs: Readonly<Record<O, Required<TensorSpec>>>,
    constants: Readonly<Record<string, ort.Tensor>>,
  ) {
    this.#constants = constants
    this.#name = definition.name
    this.#precision = precision
    this.#inputs = checkedInputs(definition.inputs)
    this.#session = session
    this.outputs = outputs
    this.#outputNames = Object.keys(outputs) as O[]
  }

  async run(inputs: Readonly<Record<I, TensorData>>): Promise<Readonly<Record<O, TensorData>>> {
    const session = this.#live()
    const given: Readonly<Record<string, TensorData>> = inputs
    checkNoStrangers(this.#name, this.#inputs, given)
    const feeds: Record<string, ort.Tensor> = { ...this.#constants }
    for (const input of this.#inputs) {
      const data = inputData(this.#name, input, given[input.name], this.#precision)
      feeds[inputName(input.name)] = new ort.Tensor(ortType(input.dtype, this.#precision), data, input.shape)
    }
    const results = await session.run(feeds)
    const outputs = {} as Record<O, TensorData>
    for (const name of this.#outputNames) outputs[name] = results[outputName(name)].data as TensorData
    return outputs
  }

  async release(): Promise<void> {
    const session = this.#session
    this.#session = null
    await session?.release()
  }

  #live(): CachedSession {
    if (this.#session !== null) return this.#session
    throw new EspalierError(
      'engine/failed',
      `Program ${this.#name} was run after its engine was disposed.`,
      'Open another engine and compile the program there.',
    )
  }
}

/**
 * Starts the provider once on the smallest program, so that a missing driver shows here and not in the first real program.
 * @throws EspalierError 'engine/provider-unavailable' with the runtime's own words.
 */
export async function startSession(options: OnnxOptions): Promise<void> {
  const bytes = modelBytes({
    name: 'start',
    nodes: [node('Add', ['x', 'x'], ['y'])],
    initializers: [],
    inputs: [valueInfo('x', elementType('float32', options.precision), [1])],
    outputs: [valueInfo('y', elementType('float32', options.precision), [1])],
  })
  try {
    const session = await ort.InferenceSession.create(bytes, sessionOptions(options))
    const ones = options.precision === 'float64' ? Float64Array.of(1) : Float32Array.of(1)
    await session.run({ x: new ort.Tensor(options.precision, ones, [1]) })
    await session.release()
  } catch (cause) {
    throw new EspalierError(
      'engine/provider-unavailable',
      `The provider ${options.provider} did not start: ${reasonOf(cause)}`,
      'Run `espalier devices` to see what is available here, or choose the provider cpu.',
      { cause },
    )
  }
}

/** The runtime's own words without the place in its source and the condition that failed there. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  return text.replace(/^\/\S+:\d+ [^]*? was false\. /, '').replace(/^OrtSessionOptions\w+: /, '')
}

/** One runtime tensor for each large constant, whatever the number of programs that use it. */
class ConstantPool {
  readonly #precision: Precision
  readonly #known = new WeakMap<TensorData, Map<string, ort.Tensor>>()

  constructor(precision: Precision) {
    this.#precision = precision
  }

  tensor({ data, dtype, shape }: SharedConstant): ort.Tensor {
    const key = `${dtype}:${shape.join()}`
    const versions = this.#known.get(data) ?? new Map<string, ort.Tensor>()
    this.#known.set(data, versions)
    const known = versions.get(key)
    if (known !== undefined) return known
    const stored = storedData(data, dtype, this.#precision)
    const made = new ort.Tensor(ortType(dtype, this.#precision), stored, shape)
    versions.set(key, made)
    return made
  }
}

/** @param block channels in a block of the runtime's layout of images, where the provider has it (`blockSize`). */
export function createOnnxExecutor(options: OnnxOptions, block: number | null): Executor {
  const { provider } = options
  const pools = { float32: new ConstantPool('float32'), float64: new ConstantPool('float64') }
  const sessions = new SessionCache()
  return {
    provider,
    async compile(definition) {
      const { precision = options.precision } = definition
      requirePrecision(provider, precision)
      const pool = pools[precision]
      const recording = record(definition, precision, block)
      const model = emitModel(definition.name, precision, Object.values(recording.inputs), recording.outputs)
      const constants = Object.fromEntries(model.shared.map((shared) => [shared.name, pool.tensor(shared)]))
      const session = await sessions.open(model.bytes, sessionOptions(options, definition.fewRuns))
      const specs = Object.entries(recording.outputs).map(([name, value]) => {
        const { shape, dtype } = value as { shape: readonly number[]; dtype: TensorType }
        return [name, { shape, dtype }]
      })
      return new OnnxProgram(definition, precision, session, Object.fromEntries(specs) as never, constants)
    },
  }
}
