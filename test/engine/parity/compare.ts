// How close two results are: relative to the largest entry, and against differences of the value itself.
import { expect } from 'vitest'
import type { Program, TensorData } from '../../../core/engine/engine.ts'
import { spread } from './case.ts'
import { difference } from './difference.ts'
import type { Results } from './difference.ts'
import type { ParityCase } from './case.ts'
import { variablesOf } from './program.ts'

export function expectClose(given: Results, expected: Results, tolerance: number, what: string): void {
  expect(difference(given, expected, tolerance), what).toBeNull()
}

/** A float64 program's derivatives agree with central differences of what they are derivatives of. */
export async function expectDerivatives(program: Program<string, string>, item: ParityCase): Promise<void> {
  const inputs = Object.fromEntries(Object.entries(item.inputs).map(([name, { data }]) => [name, widened(data)]))
  const at = await program.run(inputs)
  for (const [index, name] of variablesOf(item).entries()) {
    const direction = spread(inputs[name].length, -1, 1, 100 + index)
    const moved = (step: number) =>
      program.run({ ...inputs, [name]: Float64Array.from(inputs[name], (x, i) => x + step * direction[i]) })
    const step = 1e-5
    const [ahead, behind] = [await moved(step), await moved(-step)]
    const expectSlope = (of: string, gradient: string) => {
      const measured = (ahead[of][0] - behind[of][0]) / (2 * step)
      const claimed = Array.from(at[gradient]).reduce((sum, slope, i) => sum + slope * direction[i], 0)
      const size = Array.from(at[gradient]).reduce((sum, slope, i) => sum + Math.abs(slope * direction[i]), 1)
      expect(Math.abs(measured - claimed) / size, `${gradient} against differences`).toBeLessThan(2e-6)
    }
    if (item.order >= 1) expectSlope('value', `d.${name}`)
    if (item.order >= 2) expectSlope('slope', `dd.${name}`)
  }
}

export function widened(data: TensorData): TensorData {
  return data instanceof Float32Array ? Float64Array.from(data) : data
}
