// A FAT + GradAlign training step (second order) on CNN-B, batch 128, on one and two threads.
// The spike measured 457 / 308 ms on a quiet machine.
import { openEngine } from '../../../core/engine/engine.ts'
import { cnnB, gradAlignInputs, gradAlignStep } from '../../engine/programs/grad-align.ts'
import { printed, timed } from './timing.ts'

const inputs = gradAlignInputs(cnnB)
for (const threads of [1, 2]) {
  const engine = await openEngine({ threads })
  const start = performance.now()
  const program = await engine.compile(gradAlignStep(cnnB))
  const compiled = performance.now() - start
  printed(`GradAlign step, CNN-B, batch 128, ${threads} threads`, await timed(program, inputs, 8), compiled)
  await engine.dispose()
}
