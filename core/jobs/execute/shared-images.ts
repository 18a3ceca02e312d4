// Images that are chosen by looking at several variants: those that FGSM agrees on, and pruning-identified exemplars.
import type { ImagesOptions, Recipe } from '../../contract/recipe.ts'
import type { Dataset } from '../../data/dataset.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Network } from '../../nn/index.ts'
import { findExemplars } from '../../prune/index.ts'
import { evaluateNetwork, type FgsmResult } from '../../train/index.ts'
import { attackAll, chooseUnanimous, type ChosenImage } from './images.ts'

/** What choosing together found; `attacks` is empty where it needed none. */
export interface SharedImages {
  readonly attacks: ReadonlyMap<string, FgsmResult>
  imagesOf(variant: string): readonly ChosenImage[]
}

/** Whether the images of a variant depend on other variants. */
export function choosesTogether({ verify }: Recipe): boolean {
  return verify?.images.select === 'unanimous' || verify?.images.select === 'pie'
}

/** @param networks of every variant that did not fail: a selection is judged by those. @throws EspalierError 'job/cancelled' */
export async function shareImages(
  engine: Engine,
  { verify }: Recipe,
  networks: ReadonlyMap<string, Network>,
  test: Dataset,
  signal: AbortSignal,
): Promise<SharedImages> {
  const images = verify?.images
  if (images?.select === 'pie') {
    const exemplars = await chooseExemplars(engine, images, networks, test, signal)
    return { attacks: new Map(), imagesOf: () => exemplars }
  }
  const attacks = await attackAll(engine, networks, test, verify?.epsilon ?? 0, signal)
  return { attacks, imagesOf: (variant) => (images?.select === 'unanimous' ? chooseUnanimous(images, variant, attacks) : []) } // prettier-ignore
}

async function chooseExemplars(
  engine: Engine,
  { dense, pruned, count }: Extract<ImagesOptions, { select: 'pie' }>,
  networks: ReadonlyMap<string, Network>,
  test: Dataset,
  signal: AbortSignal,
): Promise<readonly ChosenImage[]> {
  const predictions = async (names: readonly string[]): Promise<readonly Uint8Array[]> => {
    const population: Uint8Array[] = []
    for (const network of names.flatMap((name) => networks.get(name) ?? []))
      population.push((await evaluateNetwork(engine, network, test, signal)).predictions)
    return population
  }
  const populations = [await predictions(dense), await predictions(pruned)]
  if (populations.some(({ length }) => length === 0)) return []
  const exemplars = findExemplars(populations[0], populations[1])
  return Array.from(exemplars.subarray(0, count), (index) => ({ index, group: 'pie' }))
}
