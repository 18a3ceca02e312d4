// The engine's front door: open one on a provider, compile programs, run them.
import { EspalierError } from '../contract/errors.ts'
import type { Engine, EngineChoice, EngineOptions, Precision, Program, ProgramDefinition } from './program.ts'
import type { CompiledProgram, Executor } from './run/executor.ts'
import { chooseProvider } from './probe/choose.ts'
import { startExecutor } from './run/start.ts'

export { constant, scalar } from './constant.ts'
export { probeDevices } from './probe/probe.ts'
export type {
  DeviceReport,
  Engine,
  EngineChoice,
  EngineOptions,
  Precision,
  Program,
  ProgramDefinition,
  ProviderName,
  TensorData,
  TensorSpec,
  TensorType,
} from './program.ts'

type AnyProgram = CompiledProgram<string, string>

class CachingEngine implements Engine {
  readonly provider: Engine['provider']
  readonly precision: Precision
  readonly choice: EngineChoice
  readonly #executor: Executor
  readonly #programs = new Map<string, Promise<AnyProgram>>()
  #disposed = false

  constructor(executor: Executor, precision: Precision, choice: EngineChoice) {
    this.provider = executor.provider
    this.precision = precision
    this.choice = choice
    this.#executor = executor
  }

  async compile<I extends string, O extends string>(definition: ProgramDefinition<I, O>): Promise<Program<I, O>> {
    if (this.#disposed) {
      throw new EspalierError('engine/failed', `Program ${definition.name} came after dispose.`, 'Open another engine.')
    }
    const key = cacheKey(definition)
    const known = this.#programs.get(key)
    if (known !== undefined) return await known
    const compiled = this.#executor.compile(definition)
    this.#programs.set(key, compiled)
    try {
      return await compiled
    } catch (error) {
      this.#programs.delete(key)
      throw error
    }
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    const programs = await Promise.allSettled(this.#programs.values())
    this.#programs.clear()
    for (const program of programs) if (program.status === 'fulfilled') await program.value.release()
  }
}

/** The provider and the default precision belong to the engine, which owns the cache. */
function cacheKey(definition: ProgramDefinition<string, string>): string {
  const inputs = Object.entries(definition.inputs).map(
    ([name, { shape, dtype = 'float32' }]) => `${name}:${dtype}[${shape.join()}]`,
  )
  return JSON.stringify([definition.name, definition.key, definition.precision ?? null, ...inputs])
}

/**
 * Opens an engine.
 * @throws EspalierError 'engine/provider-unavailable' when the provider asked for cannot start here.
 */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const { provider = 'cpu', precision = 'float32', threads } = options
  const chosen =
    provider === 'auto' ? await chooseProvider(precision) : { provider, reason: `${provider} was asked for.` }
  const executor = await startExecutor(chosen.provider, precision, threads)
  return new CachingEngine(executor, precision, { requested: provider, reason: chosen.reason })
}
