// What the engine takes and gives: a program is a pure TensorFlow.js function with named, shaped inputs and outputs.
import type { Tensor } from './tensor.ts'

/** Where a program runs. `tfjs-*` are eager executors on a TensorFlow.js backend; the others are ONNX Runtime's. */
export type ProviderName = 'cpu' | 'webgpu' | 'cuda' | 'tensorrt' | 'dml' | 'coreml' | 'tfjs-cpu' | 'tfjs-node-gpu'

/**
 * `float64`: every 'float32' tensor of the recorded program becomes an ONNX DOUBLE (provider `cpu` only).
 * Plain numbers given to `tf` functions are rounded to float32 first; `scalar()` and `constant()` keep all their bits.
 */
export type Precision = 'float32' | 'float64'

/** Row-major values: Float32Array or Float64Array for 'float32', Int32Array for 'int32', Uint8Array (0 or 1) for 'bool'. */
export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array

export type TensorType = 'float32' | 'int32' | 'bool'

export interface TensorSpec {
  readonly shape: readonly number[]
  /** Default 'float32'. */
  readonly dtype?: TensorType
}

export interface ProgramDefinition<I extends string, O extends string> {
  /** Names the program in errors and profiles. */
  readonly name: string
  /** Identifies everything `build` closes over besides shapes: the cache key is key, shapes, provider and precision. */
  readonly key: string
  readonly inputs: Readonly<Record<I, TensorSpec>>
  /** Default: the engine's. float64 programs run beside float32 ones on the provider `cpu` only. */
  readonly precision?: Precision
  /** The program will run a few times only: compile it quickly rather than well. */
  readonly fewRuns?: boolean
  /**
   * A pure function of `tf` operations; `tf.grads` and `tf.valueAndGrads`, nested too, are allowed.
   * Host arrays enter through `constant()`.
   */
  build(inputs: Readonly<Record<I, Tensor>>): Readonly<Record<O, Tensor>>
}

export interface Program<I extends string, O extends string> {
  readonly outputs: Readonly<Record<O, Required<TensorSpec>>>
  /**
   * Runs the program once. The arrays given are only read; the arrays returned belong to the caller.
   * @throws EspalierError 'engine/shape' when a name, element type or length is not what `inputs` declared.
   */
  run(inputs: Readonly<Record<I, TensorData>>): Promise<Readonly<Record<O, TensorData>>>
}

/** Compiles and runs programs on one provider in one precision. Programs of one engine run one after another. */
export interface Engine {
  readonly provider: ProviderName
  readonly precision: Precision
  /** Why this provider was taken: the caller's word, or what `auto` measured. */
  readonly choice: EngineChoice
  /** Records and compiles; the same key, shapes, provider and precision give the same program. */
  compile<I extends string, O extends string>(definition: ProgramDefinition<I, O>): Promise<Program<I, O>>
  /** Releases every session. Programs of a disposed engine fail with 'engine/failed'. */
  dispose(): Promise<void>
}

export interface EngineChoice {
  readonly requested: ProviderName | 'auto'
  /** One sentence for people. */
  readonly reason: string
}

export interface EngineOptions {
  /** Default 'cpu'. 'auto' measures what is there. */
  readonly provider?: ProviderName | 'auto'
  /** Default 'float32'. */
  readonly precision?: Precision
  /** Threads of the `cpu` provider; default: the number of physical cores. */
  readonly threads?: number
}

/** What `probeDevices` found out about one provider. */
export interface DeviceReport {
  readonly provider: ProviderName
  readonly available: boolean
  /** Why it is not available, or what to know about it. */
  readonly reason: string | null
  /** The adapter or processor, as far as it can be known. */
  readonly device: string | null
  /** True for a GPU drawn by the processor (SwiftShader, llvmpipe); null where it cannot be known. */
  readonly software: boolean | null
  /** Whether the self-test agreed with the reference; null when it did not run. */
  readonly selfTest: boolean | null
  /** GFLOP/s of a float32 matrix product, 1024 by 1024 by 1024 unless the device is slow. */
  readonly matmulGflops: number | null
  /** GFLOP/s of a float32 3 by 3 convolution, 32 to 64 channels of 32 by 32. */
  readonly convGflops: number | null
}
