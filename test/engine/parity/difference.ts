// Where two results first differ by more than allowed; usable in and outside the test runner.
import type { TensorData } from '../../../core/engine/engine.ts'

export type Results = Readonly<Record<string, TensorData>>

/** What is wrong with `given`, in words, or null. `tolerance` is relative to the largest finite entry of each output. */
export function difference(given: Results, expected: Results, tolerance: number): string | null {
  const names = Object.keys(expected)
  if (Object.keys(given).toSorted().join() !== names.toSorted().join()) return `outputs ${Object.keys(given).join()}`
  return names.map((name) => arrayDifference(name, given[name], expected[name], tolerance)).find(Boolean) ?? null
}

function arrayDifference(name: string, given: TensorData, expected: TensorData, tolerance: number): string | null {
  if (given.length !== expected.length) return `${name} has ${given.length} numbers, not ${expected.length}`
  const finite = Array.from(expected, (value) => (Number.isFinite(value) ? Math.abs(value) : 0))
  const allowed = tolerance * finite.reduce((largest, value) => Math.max(largest, value), 1)
  for (let index = 0; index < expected.length; index += 1) {
    const [is, should] = [given[index], expected[index]]
    if (Object.is(is, should) || Math.abs(is - should) <= allowed) continue
    return `${name}[${index}] is ${is}, the reference says ${should}`
  }
  return null
}
