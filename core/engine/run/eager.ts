// Runs programs operation by operation on a TensorFlow.js backend: the reference, and a GPU path where the user has one.
import { EspalierError } from '../../contract/errors.ts'
import type { Program, ProgramDefinition, TensorData, TensorSpec, TensorType } from '../program.ts'
import { tf } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'
import { record } from '../record/record.ts'
import { checkNoStrangers, checkedInputs, inputData } from './check.ts'
import { requirePrecision, type CompiledProgram, type Executor } from './executor.ts'
import { registerLogSoftmax } from './log-softmax.ts'
import { registerNhwcKernels } from './nhwc.ts'
import { registerReferenceKernels } from './reference.ts'

export type EagerProvider = 'tfjs-cpu' | 'tfjs-node-gpu'

/** Makes the backend of a provider available under TensorFlow.js and gives its name there. */
const load: Readonly<Record<EagerProvider, () => Promise<string>>> = {
  'tfjs-cpu': loadCpu,
  'tfjs-node-gpu': loadNodeGpu,
}

/** The backend under a name of our own, so that a program that uses `cpu` elsewhere does not meet our kernels. */
async function loadCpu(): Promise<string> {
  const name = 'espalier-reference'
  if (name in tf.engine().registryFactory) return name
  const { MathBackendCPU } = await import('@tensorflow/tfjs-backend-cpu')
  tf.registerBackend(name, () => quiet(new MathBackendCPU()), 0)
  tf.copyRegisteredKernels('cpu', name)
  registerReferenceKernels(name)
  registerLogSoftmax(name)
  return name
}

/** Without TensorFlow.js' advertisement for its native package on first use. */
function quiet<B extends object>(backend: B): B {
  return Object.assign(backend, { firstUse: false })
}

async function loadNodeGpu(): Promise<string> {
  const name = 'tensorflow'
  const packageName: string = '@tensorflow/tfjs-node-gpu'
  try {
    await import(packageName)
  } catch (cause) {
    throw new EspalierError(
      'engine/provider-unavailable',
      'The provider tfjs-node-gpu needs the package @tensorflow/tfjs-node-gpu, which is not installed or does not load.',
      'Install it beside Espalier with the CUDA version it asks for, or choose another provider.',
      { cause },
    )
  }
  registerNhwcKernels(name)
  registerLogSoftmax(name)
  return name
}

class EagerProgram<I extends string, O extends string> implements CompiledProgram<I, O> {
  readonly outputs: Program<I, O>['outputs']
  readonly #definition: ProgramDefinition<I, O>
  readonly #backend: string

  constructor(definition: ProgramDefinition<I, O>, backend: string, outputs: Program<I, O>['outputs']) {
    this.#definition = definition
    this.#backend = backend
    this.outputs = outputs
  }

  async run(inputs: Readonly<Record<I, TensorData>>): Promise<Readonly<Record<O, TensorData>>> {
    const { name } = this.#definition
    const expected = checkedInputs(this.#definition.inputs)
    const given: Readonly<Record<string, TensorData>> = inputs
    checkNoStrangers(name, expected, given)
    const arrays = expected.map((input) => ({ input, data: inputData(name, input, given[input.name], 'float32') }))
    const tensors: Readonly<Record<string, Tensor>> = onBackend(this.#backend, () => this.#build(arrays))
    const outputs: [string, TensorData][] = []
    for (const [output, tensor] of Object.entries(tensors)) outputs.push([output, (await tensor.data()).slice()])
    // One tensor may be several outputs.
    for (const tensor of new Set(Object.values(tensors))) tensor.dispose()
    return Object.fromEntries(outputs) as Record<O, TensorData>
  }

  #build(
    arrays: readonly { input: { name: string; shape: readonly number[]; dtype: TensorType }; data: TensorData }[],
  ) {
    return tf.tidy(() => {
      const made = arrays.map(({ input: { name, shape, dtype }, data }) => {
        return [name, tf.tensor(data.slice(), [...shape], dtype)] as const
      })
      const outputs: Record<string, Tensor> = this.#definition.build(Object.fromEntries(made) as Record<I, Tensor>)
      return outputs
    })
  }

  async release(): Promise<void> {
    return Promise.resolve()
  }
}

/** Runs `work`, which must be synchronous, with another TensorFlow.js backend current. */
export function onBackend<T>(backend: string, work: () => T): T {
  const before = tf.getBackend() as string | undefined
  void tf.setBackend(backend)
  try {
    return work()
  } finally {
    if (before !== undefined && before !== backend) void tf.setBackend(before)
  }
}

/** @throws EspalierError 'engine/provider-unavailable' when the backend's package is missing. */
export async function createEagerExecutor(provider: EagerProvider): Promise<Executor> {
  const backend = await load[provider]()
  return {
    provider,
    async compile(definition) {
      requirePrecision(provider, definition.precision ?? 'float32')
      const { outputs } = record(definition, 'float32')
      const specs = Object.entries(outputs).map(([name, value]) => {
        const { shape, dtype } = value as Required<TensorSpec>
        return [name, { shape, dtype }]
      })
      return Promise.resolve(new EagerProgram(definition, backend, Object.fromEntries(specs) as never))
    },
  }
}
