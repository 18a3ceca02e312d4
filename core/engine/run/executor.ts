// What an engine needs from a place where programs run: compile, release.
import type { Program, ProgramDefinition, ProviderName } from '../program.ts'

export interface CompiledProgram<I extends string, O extends string> extends Program<I, O> {
  /** Gives back the program's session and memory. */
  release(): Promise<void>
}

export interface Executor {
  readonly provider: ProviderName
  compile<I extends string, O extends string>(definition: ProgramDefinition<I, O>): Promise<CompiledProgram<I, O>>
}
