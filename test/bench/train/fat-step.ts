// Benchmark: training steps of CNN-B (3×32×32) and ConvBig (1×28×28), batch 128: standard, FAT, FAT + GradAlign.
import { trainSchema, type ArchitectureName } from '../../../core/contract/recipe.ts'
import { openEngine } from '../../../core/engine/engine.ts'
import { buildArchitecture, networkHash, sizeOf } from '../../../core/nn/index.ts'
import { layoutsOf } from '../../../core/train/evaluator.ts'
import { oneHot } from '../../../core/train/loss.ts'
import { ruleOfMethod } from '../../../core/train/methods/registry.ts'
import { drawNoise } from '../../../core/train/noise.ts'
import { stateOf, type TrainState } from '../../../core/train/state.ts'
import { compileStep, runStep } from '../../../core/train/step.ts'
import { median } from '../engine/timing.ts'

const batch = 128
const classes = 10
const methods = {
  standard: { kind: 'standard' },
  FAT: { kind: 'fat', gradAlign: 0 },
  'FAT + GradAlign': { kind: 'fat' },
  'FAT + GradAlign, shared start': { kind: 'fat', sharedStart: true },
}

export interface StepFigures {
  readonly wallMs: number
  /** Processor time of all threads: what other processes disturb least. */
  readonly cpuMs: number
}

/** A training step of `architecture` on fixed images, one each time it is asked. */
export async function openStep(
  architecture: ArchitectureName,
  inputShape: readonly [number, number, number],
  method: object,
  threads: number,
) {
  const engine = await openEngine({ provider: 'cpu', threads })
  const network = buildArchitecture(architecture, inputShape, 1)
  const options = trainSchema.parse({ method, epsilon: 2 / 255 })
  const layouts = layoutsOf(network)
  const plan = { engine, network, networkHash: networkHash(network), ...layouts, classes, options, masked: false }
  const length = batch * sizeOf(inputShape)
  const [images, ...noise] = drawNoise({ seed: 1, epoch: 1, batch: 0 }, 1 + ruleOfMethod(options.method).noises(options.method), length) // prettier-ignore
  const labels = Array.from({ length: batch }, (_, image) => image % classes)
  const given = { images: images.map((value) => (value + 1) / 2), targets: oneHot(labels, classes), rate: 0.01, noise, dials: {} } // prettier-ignore
  const program = await compileStep(plan, batch)
  const start = stateOf(network, layouts)
  let state: TrainState = { ...start, velocity: new Float32Array(layouts.weights.length), free: new Float32Array(0) }
  return {
    async step(): Promise<StepFigures> {
      const [begun, used] = [performance.now(), process.cpuUsage()]
      state = { ...state, ...(await runStep(plan, program, state, given)).state }
      const { user, system } = process.cpuUsage(used)
      return { wallMs: performance.now() - begun, cpuMs: (user + system) / 1000 }
    },
    close: () => engine.dispose(),
  }
}

/** Median of `runs` steps after one that is not counted. */
async function measureStep(
  ...[architecture, shape, method, threads]: Parameters<typeof openStep>
): Promise<StepFigures> {
  const runs = 5
  const opened = await openStep(architecture, shape, method, threads)
  await opened.step()
  const taken: StepFigures[] = []
  for (let run = 0; run < runs; run++) taken.push(await opened.step())
  await opened.close()
  return { wallMs: median(taken.map(({ wallMs }) => wallMs)), cpuMs: median(taken.map(({ cpuMs }) => cpuMs)) }
}

if (import.meta.main) {
  const shapes = [['cnnB', [3, 32, 32]], ['convBig', [1, 28, 28]]] as const // prettier-ignore
  for (const [architecture, shape] of shapes)
    for (const threads of [1, 2])
      for (const [name, method] of Object.entries(methods)) {
        const { wallMs, cpuMs } = await measureStep(architecture, shape, method, threads)
        console.log(
          `${architecture}, ${name}, ${threads} threads: ${wallMs.toFixed(0)} ms, processor ${cpuMs.toFixed(0)} ms`,
        )
      }
}
