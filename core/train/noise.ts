// The randomness of attacks, drawn on the host: a function of seed, epoch and batch alone, so that a resumed run draws the same.
import { SeededRandom } from '../data/random.ts'

/** `count` arrays of `length` numbers uniform in [-1, 1]. */
export function drawNoise(
  { seed, epoch, batch }: { readonly seed: number; readonly epoch: number; readonly batch: number },
  count: number,
  length: number,
): readonly Float32Array[] {
  const random = new SeededRandom(seed).fork(`noise ${epoch} ${batch}`)
  return Array.from({ length: count }, (_, k) => {
    const own = random.fork(`${k}`)
    const values = new Float32Array(length)
    for (let i = 0; i < length; i++) values[i] = own.uint32() * 2 ** -31 - 1
    return values
  })
}
