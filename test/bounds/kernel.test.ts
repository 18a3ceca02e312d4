// The WebAssembly of envelopes is what its source says, and its loops do what is told of them, on any numbers.
import fc from 'fast-check'
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { kernelModule, kernels } from '../../build/kernel.ts'
import { EnvelopeKernel, INDEX, NUMBER } from '../../core/bounds/kernel/envelope-kernel.ts'

it.each(kernels)(
  '$target is compiled from its source as it is now',
  async (kernel) => {
    expect(await readFile(kernel.target, 'utf8')).toBe(await kernelModule(kernel))
  },
  60_000,
)

const number = fc.double({ min: -4, max: 4, noNaN: true })
const caseOf = fc.integer({ min: 1, max: 5 }).chain((quarter) =>
  fc.record({
    a: fc.array(number, { minLength: 4 * quarter, maxLength: 4 * quarter }),
    c: fc.array(number, { minLength: 4 * quarter, maxLength: 4 * quarter }),
    order: fc.shuffledSubarray([...Array(4 * quarter).keys()], { minLength: 4 * quarter }),
    slope: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
  }),
)

it('cancels and shares in order and by index', () => {
  fc.assert(
    fc.property(caseOf, ({ a, c, order, slope, weight }) => {
      const n = a.length
      const kernel = new EnvelopeKernel(3 * n + 1, n)
      const { loops, numbers, indices } = kernel
      const [A, C, L, OTHER, I] = [0, n * NUMBER, 2 * n * NUMBER, 3 * n * NUMBER, indices.byteOffset]
      indices.set(order)
      const clamp = (whole: number, best: number): number =>
        Math.max(Math.min(whole, 0), Math.min(Math.max(whole, 0), best))
      for (const byIndex of [false, true]) {
        const at = (k: number): number => (byIndex ? order[k] : k)
        numbers.set([...a, ...c, ...Array<number>(n).fill(0)])
        const lines = a.map((whole, k) => clamp(whole, slope * whole + c[at(k)] / weight))
        const all = byIndex
          ? loops.cancelAt(I, A, C, L, n, slope, 1 / weight)
          : loops.cancel(A, C, L, n, slope, 1 / weight)
        expect(all).toBeCloseTo(lines.reduce((sum, line) => sum + Math.abs(line), 0), 9) // prettier-ignore
        lines.forEach((line, k) => expect(numbers[2 * n + k]).toBeCloseTo(line, 9))
        if (byIndex) loops.shareAt(I, A, C, L, n, 0.7, 0.2, slope, weight)
        else loops.share(A, C, L, n, 0.7, 0.2, slope, weight)
        lines.forEach((line, k) => {
          const mixed = 0.7 * line + 0.2 * (a[k] - line)
          expect(numbers[2 * n + k]).toBeCloseTo(mixed, 9)
          expect(numbers[n + at(k)]).toBeCloseTo(c[at(k)] - weight * (mixed - slope * a[k]), 9)
        })
      }
      numbers.set([...a, ...c])
      expect(loops.magnitude(C, n)).toBeCloseTo(c.reduce((sum, value) => sum + Math.abs(value), 0), 9) // prettier-ignore
      const sum = (at: (k: number) => number): number => a.reduce((total, value, k) => total + value * c[at(k)], 0)
      numbers.set(a, 2 * n)
      expect(loops.dots(A, L, C, n, OTHER)).toBeCloseTo(sum((k) => k), 9) // prettier-ignore
      expect(numbers[3 * n]).toBeCloseTo(sum((k) => k), 9) // prettier-ignore
      expect(loops.dotsAt(I, A, L, C, n, OTHER)).toBeCloseTo(sum((k) => order[k]), 9) // prettier-ignore
      expect(numbers[3 * n]).toBeCloseTo(sum((k) => order[k]), 9) // prettier-ignore
      loops.minimise(C, L, n, 0.5)
      c.forEach((value, k) => expect(numbers[2 * n + k]).toBeCloseTo(Math.max(-1, Math.min(1, -0.5 * value)), 9))
      expect(I).toBe((3 * n + 1) * NUMBER)
      expect(indices.byteLength).toBe(n * INDEX)
    }),
  )
})
