// Pruning-identified exemplars: images on which pruned networks, as a population, answer otherwise than dense ones.
import { EspalierError } from '../contract/errors.ts'

/**
 * The images whose most common prediction among the dense networks differs from that among the pruned ones (PIE, Hooker et
 * al. 2019; spec A.7, TA8), in increasing order. Where classes tie for the most common, the image counts only if no class is
 * most common in both populations: an undecided population contradicts nobody. Labels play no part.
 *
 * @param dense predicted classes of every network, each [images] @param pruned likewise, over the same images
 * @throws EspalierError 'recipe/invalid' where a population is empty or the networks saw different numbers of images
 */
export function findExemplars(dense: readonly Uint8Array[], pruned: readonly Uint8Array[]): Uint32Array {
  const images = dense.at(0)?.length ?? 0
  const same = [...dense, ...pruned].every(({ length }) => length === images)
  if (dense.length === 0 || pruned.length === 0 || !same) throw unequal(dense, pruned)
  const indices = Uint32Array.from({ length: images }, (_, image) => image)
  return indices.filter((image) => {
    const usual = modes(dense, image)
    return modes(pruned, image).every((prediction) => !usual.includes(prediction))
  })
}

/** The most common predictions of an image. */
function modes(population: readonly Uint8Array[], image: number): readonly number[] {
  const votes = new Map<number, number>()
  for (const predictions of population) votes.set(predictions[image], (votes.get(predictions[image]) ?? 0) + 1)
  const most = Math.max(...votes.values())
  return [...votes].filter(([, count]) => count === most).map(([prediction]) => prediction)
}

function unequal(dense: readonly Uint8Array[], pruned: readonly Uint8Array[]): EspalierError {
  const counts = [...dense, ...pruned].map(({ length }) => length).join(', ')
  return new EspalierError(
    'recipe/invalid',
    `Exemplars need predictions of dense and of pruned networks on the same images, not of ${dense.length} and ${pruned.length} networks on ${counts} images.`,
    'Name at least one network of each kind, all trained on the same data.',
  )
}
