// Times programs for the engine benches: the median and the best of many runs, and processor time per run.
import type { Program, TensorData } from '../../../core/engine/engine.ts'

export interface Timing {
  readonly medianMs: number
  readonly bestMs: number
  /** Processor time of all threads per run: what other processes on the machine disturb least. */
  readonly cpuMs: number
}

export async function timed(
  program: Program<string, string>,
  inputs: Readonly<Record<string, TensorData>>,
  runs: number,
): Promise<Timing> {
  await program.run(inputs)
  const wall: number[] = []
  const cpu: number[] = []
  for (let run = 0; run < runs; run += 1) {
    const [start, used] = [performance.now(), process.cpuUsage()]
    await program.run(inputs)
    wall.push(performance.now() - start)
    const { user, system } = process.cpuUsage(used)
    cpu.push((user + system) / 1000)
  }
  return { medianMs: median(wall), bestMs: Math.min(...wall), cpuMs: median(cpu) }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

export function printed(name: string, timing: Timing, compileMs: number): void {
  const { medianMs, bestMs, cpuMs } = timing
  const row = { median: medianMs, best: bestMs, cpu: cpuMs, compile: compileMs }
  const cells = Object.entries(row).map(([label, ms]) => `${label} ${ms.toFixed(2)} ms`)
  process.stdout.write(`${name.padEnd(44)} ${cells.join('  ')}\n`)
}
