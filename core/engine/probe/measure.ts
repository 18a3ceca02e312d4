// Measures a provider: agreement with the reference, and speed on two loads small enough for slow devices.
import type { TensorData } from '../program.ts'
import type { Executor } from '../run/executor.ts'
import { convolutionLoad, matmulLoad, selfTest, selfTestInputs } from './programs.ts'
import type { Load } from './programs.ts'

/** Seconds one timed run may take; a device that would need longer gets a smaller load. */
const longestRun = 0.5

/** Largest difference allowed between a provider and the reference, relative to the largest entry of the output. */
const tolerance = 1e-3

/** Whether a provider's self-test outputs equal the reference's within 0.1 % of their largest entry. */
export async function passesSelfTest(executor: Executor, reference: Executor): Promise<boolean> {
  const [given, expected] = [await outputsOf(executor), await outputsOf(reference)]
  return Object.entries(expected).every(([name, values]) => agrees(given[name as keyof typeof given], values))
}

async function outputsOf(executor: Executor) {
  const program = await executor.compile(selfTest)
  try {
    return await program.run(selfTestInputs)
  } finally {
    await program.release()
  }
}

function agrees(given: TensorData, expected: TensorData): boolean {
  const scale = Math.max(...Array.from(expected, Math.abs))
  return Array.from(expected).every((value, index) => Math.abs(value - given[index]) <= tolerance * scale)
}

/** GFLOP/s of matrix products: 1024 in size, or smaller where that would take too long. */
export async function matmulSpeed(executor: Executor): Promise<number> {
  return largestLoad(executor, [64, 512, 1024].map(matmulLoad))
}

/** GFLOP/s of 3×3 convolutions: batches of 64 images, or fewer where that would take too long. */
export async function convolutionSpeed(executor: Executor): Promise<number> {
  return largestLoad(executor, [1, 8, 64].map(convolutionLoad))
}

/** The speed on the last load that is not expected, from the one before, to take too long. */
async function largestLoad(executor: Executor, loads: readonly Load[]): Promise<number> {
  let speed = 0
  for (const load of loads) {
    if (speed > 0 && load.flops / (speed * 1e9) > longestRun) break
    speed = await speedOf(executor, load)
  }
  return speed
}

/** The best of a few runs after one to warm up; one is enough where it takes long. */
async function speedOf(executor: Executor, load: Load): Promise<number> {
  const program = await executor.compile(load.definition)
  const seconds = async () => {
    const start = performance.now()
    await program.run(load.inputs)
    return (performance.now() - start) / 1000
  }
  try {
    await seconds()
    let best = await seconds()
    for (let run = 0; run < 2 && best < longestRun; run += 1) best = Math.min(best, await seconds())
    return load.flops / best / 1e9
  } finally {
    await program.release()
  }
}
