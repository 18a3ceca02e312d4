// The parity table: the compiler asks for a case of every recorded kernel.
import type { RecordedKernelName } from '../../../core/engine/kernels/registry.ts'
import type { ParityCase } from './case.ts'
import { convolutionCases } from './convolution.ts'
import { pointwiseCases } from './pointwise.ts'
import { reductionCases } from './reduction.ts'
import { structureCases } from './structure.ts'

export const parityCases: Readonly<Record<RecordedKernelName, readonly ParityCase[]>> = {
  ...convolutionCases,
  ...pointwiseCases,
  ...reductionCases,
  ...structureCases,
}
