// How many domains a bounding program takes at once: what the memory of a call and the processor's caches hold.
import { bytesPerRow, type Cone } from '../../bounds/graph.ts'
import type { Engine } from '../../engine/engine.ts'

/** Memory of the widest of them on a processor: beyond it the caches no longer help, and a domain takes half as long again. */
const WIDEST_TENSOR = 4 * 2 ** 20

/**
 * Those of `sizes`, ascending, that fit; where none does, 2 at a time, and the least of `sizes` where only the caches are too small.
 * @param callBytes most memory of the tensors of one call
 */
export function fittingSizes(
  cone: Cone,
  sizes: readonly number[],
  provider: Engine['provider'],
  callBytes = 512 * 2 ** 20,
): readonly number[] {
  const inMemory = sizes.filter((size) => size * bytesPerRow(cone, true, 'float32') <= callBytes)
  if (inMemory.length === 0) return [2]
  const [least, ...more] = inMemory
  const widest = provider === 'cpu' ? WIDEST_TENSOR : Infinity
  return [least, ...more.filter((size) => size * cone.neurons * 4 <= widest)]
}
