// What an engine needs from a place where programs run: compile, release.
import { EspalierError } from '../../contract/errors.ts'
import type { Precision, Program, ProgramDefinition, ProviderName } from '../program.ts'

export interface CompiledProgram<I extends string, O extends string> extends Program<I, O> {
  /** Gives back the program's session and memory. */
  release(): Promise<void>
}

export interface Executor {
  readonly provider: ProviderName
  compile<I extends string, O extends string>(definition: ProgramDefinition<I, O>): Promise<CompiledProgram<I, O>>
}

/** @throws EspalierError 'engine/provider-unavailable' for float64 where there is none. */
export function requirePrecision(provider: ProviderName, precision: Precision): void {
  if (precision === 'float32' || provider === 'cpu') return
  throw new EspalierError(
    'engine/provider-unavailable',
    `The provider ${provider} has no float64.`,
    'Open a second engine on the provider cpu for float64 programs.',
  )
}
