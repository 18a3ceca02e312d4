// Every kernel the recorder knows, by TensorFlow.js' name; the parity tests must have a case for each.
import { activationKernels } from './activation.ts'
import { arithmeticKernels } from './arithmetic.ts'
import { convolutionKernels } from './convolution.ts'
import { creationKernels } from './creation.ts'
import { indexingKernels } from './indexing.ts'
import type { RecordKernel } from './kernel.ts'
import { layoutKernels } from './layout.ts'
import { logicKernels } from './logic.ts'
import { matrixKernels } from './matrix.ts'
import { reductionKernels } from './reduction.ts'
import { unaryKernels } from './unary.ts'

export const recordedKernels = {
  ...activationKernels,
  ...arithmeticKernels,
  ...convolutionKernels,
  ...creationKernels,
  ...indexingKernels,
  ...layoutKernels,
  ...logicKernels,
  ...matrixKernels,
  ...reductionKernels,
  ...unaryKernels,
} satisfies Readonly<Record<string, RecordKernel>>

export type RecordedKernelName = keyof typeof recordedKernels
