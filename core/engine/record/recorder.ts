// The TensorFlow.js backend that records: its kernels append nodes to the graph of the program being built.
import { EspalierError } from '../../contract/errors.ts'
import { recordedKernels } from '../kernels/registry.ts'
import type { RecordKernel } from '../kernels/kernel.ts'
import type { TensorData, TensorType } from '../program.ts'
import { tf } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'
import { tensorType } from '../kernels/creation.ts'
import type { Graph } from './graph.ts'
import { knownValues } from './graph.ts'

import type { Shape, Value } from './value.ts'

/** The name under which the backend is registered with TensorFlow.js. */
export const recorderName = 'espalier-recorder'

interface Entry {
  readonly value: Value
  references: number
}

interface Recording {
  readonly program: string
  readonly graph: Graph
}

/** Holds recorded values behind TensorFlow.js' data ids, and knows which program is being recorded. */
export class Recorder extends tf.KernelBackend {
  readonly #entries = new WeakMap<object, Entry>()
  #count = 0
  #recording: Recording | null = null

  /** The recording under way; null outside `record`. */
  get recording(): Recording | null {
    return this.#recording
  }

  /** Runs `build` with kernels appending to `graph`; recordings do not nest. */
  during<T>(program: string, graph: Graph, build: () => T): T {
    if (this.#recording !== null) {
      throw new EspalierError(
        'engine/failed',
        `Program ${program} was recorded while ${this.#recording.program} was.`,
        'Compile programs one after another, never inside the build function of another.',
      )
    }
    this.#recording = { program, graph }
    try {
      return build()
    } finally {
      this.#recording = null
    }
  }

  /** A tensor that stands for `value`. */
  tensor(value: Value): Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.info(value), this)
  }

  info(value: Value): { dataId: object; shape: number[]; dtype: TensorType } {
    const dataId = {}
    this.#entries.set(dataId, { value, references: 1 })
    this.#count += 1
    if (value.dtype === 'int64') throw new RangeError('int64 values stay inside the graph')
    return { dataId, shape: [...value.shape], dtype: value.dtype }
  }

  value(dataId: object): Value {
    return this.#entry(dataId).value
  }

  override write(values: unknown, shape: number[], dtype: string): object {
    const type = tensorType(dtype)
    return this.info(this.#written(values as TensorData, shape, type)).dataId
  }

  #written(values: TensorData, shape: Shape, dtype: TensorType): Value {
    const { graph } = this.#required('a tensor was made')
    const first = values.at(0)
    if (first !== undefined && values.every((number: number) => Object.is(number, first))) {
      return graph.uniform(first, shape, dtype)
    }
    return graph.host(values, shape, dtype)
  }

  override readSync(dataId: object): Float32Array | Int32Array | Uint8Array {
    const known = knownValues(this.value(dataId))
    if (known === null) throw this.#notYet()
    return known instanceof Float64Array ? Float32Array.from(known) : known
  }

  override read(dataId: object): Promise<Float32Array | Int32Array | Uint8Array> {
    return Promise.resolve(this.readSync(dataId))
  }

  override disposeData(dataId: object, force = false): boolean {
    const entry = this.#entries.get(dataId)
    if (entry === undefined) return true
    entry.references -= 1
    if (!force && entry.references > 0) return false
    this.#entries.delete(dataId)
    this.#count -= 1
    return true
  }

  override incRef(dataId: object): void {
    this.#entry(dataId).references += 1
  }

  override refCount(dataId: object): number {
    return this.#entries.get(dataId)?.references ?? 0
  }

  override numDataIds(): number {
    return this.#count
  }

  override move(): void {
    throw this.#foreign()
  }

  override floatPrecision(): 16 | 32 {
    return 32
  }

  override epsilon(): number {
    return 1e-7
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false }
  }

  override dispose(): void {
    this.#count = 0
  }

  #entry(dataId: object): Entry {
    const entry = this.#entries.get(dataId)
    if (entry === undefined) throw this.#foreign()
    return entry
  }

  #required(what: string): Recording {
    if (this.#recording !== null) return this.#recording
    throw new EspalierError('engine/failed', `${what} outside a program`, 'Use tensors inside build functions only.')
  }

  #notYet(): EspalierError {
    return new EspalierError(
      'engine/failed',
      `Program ${this.#recording?.program ?? '?'} read a tensor's numbers while being recorded; they do not exist yet.`,
      'Keep data(), arraySync() and control flow that depends on values out of build functions.',
    )
  }

  #foreign(): EspalierError {
    return new EspalierError(
      'engine/failed',
      `Program ${this.#recording?.program ?? '?'} uses a tensor that was not made inside its build function.`,
      'Bring host arrays in through constant(), and everything that changes through inputs.',
    )
  }
}

function missing(kernelName: string, recorder: Recorder): EspalierError {
  return new EspalierError(
    'engine/kernel-missing',
    `The kernel ${kernelName} cannot be recorded; program ${recorder.recording?.program ?? '?'} uses it.`,
    'Write the program with other operations, or add the kernel to core/engine/kernels.',
  )
}

function register(recorder: Recorder, kernelName: string, record: RecordKernel | null): void {
  tf.registerKernel({
    kernelName,
    backendName: recorderName,
    kernelFunc: ({ inputs, attrs }) => {
      const { recording } = recorder
      if (record === null || recording === null) throw missing(kernelName, recorder)
      const infos = Object.entries(inputs).flatMap(([name, info]) => (info === undefined ? [] : [{ name, info }]))
      const values = infos.map(({ name, info }) => ({ name, value: recorder.value(info.dataId) }))
      const input = (name: string): Value => {
        const found = values.find((each) => each.name === name)
        if (found === undefined) throw new RangeError(`${kernelName} has no input ${name}`)
        return found.value
      }
      const made = record({ graph: recording.graph, attrs, inputs: values.map(({ value }) => value), input })
      return 'origin' in made ? recorder.info(made) : made.map((value) => recorder.info(value))
    },
  })
}

/** Every kernel TensorFlow.js has a name for: the exports of tfjs-core whose value is text and which start with a capital. */
function allKernelNames(): readonly string[] {
  return Object.entries(tf).flatMap(([name, value]) =>
    /^_?[A-Z]/.test(name) && typeof value === 'string' ? [value] : [],
  )
}

function createRecorder(): Recorder {
  const recorder = new Recorder()
  tf.registerBackend(recorderName, () => recorder, 0)
  for (const [name, record] of Object.entries(recordedKernels)) register(recorder, name, record)
  for (const name of allKernelNames()) if (!(name in recordedKernels)) register(recorder, name, null)
  return recorder
}

/** The process' one recorder, as TensorFlow.js' registry of backends is one for the process. */
export const recorder: Recorder = createRecorder()
