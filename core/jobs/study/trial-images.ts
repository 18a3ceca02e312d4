// Which images a dry run looks at: those that will be asked about, spread over all of them.
import type { VerifyOptions } from '../../contract/recipe.ts'
import type { Dataset } from '../../data/dataset.ts'
import { evaluate64, type Network } from '../../nn/index.ts'
import { chooseAlone } from '../execute/images.ts'
import type { TrialNetwork } from './trial-network.ts'

/** A stand-in misses many images, and an image that is missed is answered at once: those are passed over. */
const searchedImages = 1_000

/** At most `most` of them; of images that are chosen over several networks, of which nobody knows yet, any of the test images. */
export function* trialImages(
  { kind, network }: Pick<TrialNetwork, 'kind' | 'network'>,
  { images }: Pick<VerifyOptions, 'images'>,
  test: Dataset,
  most: number,
): Generator<number> {
  const chosen = chooseAlone(images, test).map(({ index }) => index)
  const all = chosen.length > 0 ? chosen : Array.from({ length: test.count }, (_, index) => index)
  const spread = Math.min(all.length, kind === 'stand-in' ? searchedImages : most)
  let taken = 0
  for (let k = 0; k < spread && taken < most; k++) {
    const index = all[Math.floor((k * all.length) / spread)]
    if (kind === 'stand-in' && predictedClass(network, test, index) !== test.labels[index]) continue
    taken++
    yield index
  }
}

export function predictedClass(network: Network, test: Dataset, index: number): number {
  const logits = evaluate64(network, Float64Array.from(test.image(index)))
  return logits.indexOf(Math.max(...logits))
}
