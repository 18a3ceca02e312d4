// The parsers under fuzz, and the file that each case number stands for.
import { SeededRandom } from '../../../core/data/random.ts'
import { mutated, pick } from '../../io/mutate.ts'
import { certificateTarget } from './certificates.ts'
import { spliced, zipped } from './damage.ts'
import { networkTarget, onnxTarget } from './models.ts'
import type { FuzzTarget } from './target.ts'
import { competitionTarget, idxTarget, recipeTarget, vnnlibTarget } from './texts.ts'

export const targets: Readonly<Record<string, FuzzTarget>> = {
  onnx: onnxTarget,
  vnnlib: vnnlibTarget,
  idx: idxTarget,
  recipe: recipeTarget,
  model: networkTarget,
  certificate: certificateTarget,
  competition: competitionTarget,
}

/** Case `number` of a target: its sound files and bombs first, then damage, decided by number and seed alone. */
export function fuzzFile(target: FuzzTarget, seeds: readonly Uint8Array[], number: number, seed: number): Uint8Array {
  if (number < seeds.length) return seeds[number]
  const bomb = target.bombs.at(number - seeds.length)
  if (number - seeds.length < target.bombs.length && bomb) return bomb()
  const random = new SeededRandom(seed).fork(`case ${number}`)
  const start = seeds[pick(random, seeds.length)]
  const damaged = damage(target, start, seeds[pick(random, seeds.length)], random)
  return target.gzip && pick(random, 12) === 0 ? zipped(damaged, random) : damaged
}

function damage(target: FuzzTarget, start: Uint8Array, other: Uint8Array, random: SeededRandom): Uint8Array {
  switch (pick(random, 10)) {
    case 0:
      return spliced(start, other, random)
    case 1:
      return spliced(mutated(start, random), target.bend(other, random), random)
    case 2:
    case 3:
    case 4:
      return mutated(start, random)
    case 5:
      return mutated(target.bend(start, random), random)
    default:
      return target.bend(start, random)
  }
}
