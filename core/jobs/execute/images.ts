// Which test images a variant is verified on, and which class a targeted question is about.
import { EspalierError } from '../../contract/errors.ts'
import type { VerifyOptions } from '../../contract/recipe.ts'
import type { Dataset } from '../../data/dataset.ts'
import type { Engine } from '../../engine/engine.ts'
import { evaluate64, type Network } from '../../nn/index.ts'
import { fgsmRobustness, type FgsmResult } from '../../train/fgsm.ts'
import { selectUnanimous } from '../../train/selection.ts'

/** `group` says why the image was chosen: `first`, `indices`, `found`, `missed` (with the group's number where there are several). */
export interface ChosenImage {
  readonly index: number
  readonly group: string
}

/** The selections that need no other variant. @throws EspalierError 'recipe/invalid' for an index the data does not have */
export function chooseAlone(images: VerifyOptions['images'], dataset: Dataset): readonly ChosenImage[] {
  if (images.select === 'unanimous' || images.select === 'pie') return []
  if (images.select === 'first') {
    return Array.from({ length: Math.min(images.count, dataset.count) }, (_, index) => ({ index, group: 'first' }))
  }
  const outside = images.indices.find((index) => index >= dataset.count)
  if (outside !== undefined) {
    throw new EspalierError(
      'recipe/invalid',
      `verify.images.indices names image ${outside}; ${dataset.name} has ${dataset.count} test images`,
      `Use indices from 0 to ${dataset.count - 1}.`,
    )
  }
  return [...new Set(images.indices)].map((index) => ({ index, group: 'indices' }))
}

/** FGSM of every variant that some group names, on all test images. */
export async function attackAll(
  engine: Engine,
  networks: ReadonlyMap<string, Network>,
  dataset: Dataset,
  epsilon: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FgsmResult>> {
  const results = new Map<string, FgsmResult>()
  for (const [name, network] of networks) {
    results.set(name, await fgsmRobustness(engine, network, dataset, epsilon, signal))
  }
  return results
}

/**
 * The images of one variant: those of every group it is in, each image once (spec A.9). A group one of whose variants
 * failed is judged by the others.
 */
export function chooseUnanimous(
  images: Extract<VerifyOptions['images'], { select: 'unanimous' }>,
  variant: string,
  attacks: ReadonlyMap<string, FgsmResult>,
): readonly ChosenImage[] {
  const reasons = new Map<number, { group: string; numbers: number[] }>()
  images.groups.forEach((group, g) => {
    if (!group.includes(variant)) return
    const results = group.flatMap((name) => attacks.get(name) ?? [])
    for (const { index, group: reason } of selectUnanimous(results, images.found, images.missed)) {
      const known = reasons.get(index) ?? { group: reason, numbers: [] }
      known.numbers.push(g + 1)
      reasons.set(index, known)
    }
  })
  const several = images.groups.length > 1
  return [...reasons].map(([index, { group, numbers }]) => ({
    index,
    group: several ? `${group} ${numbers.join('+')}` : group,
  }))
}

/** The class the attack finds most likely: FGSM's, or where it fails the runner-up on the clean image. */
export function targetOf(network: Network, image: Float32Array, label: number, attackedClass: number): number {
  if (attackedClass !== label) return attackedClass
  const logits = evaluate64(network, Float64Array.from(image))
  let best = label === 0 ? 1 : 0
  logits.forEach((value, k) => {
    if (k !== label && value > logits[best]) best = k
  })
  return best
}
