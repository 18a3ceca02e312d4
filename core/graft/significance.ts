// What each neuron means to the network, by the score that the options name.
import { hydraSchema, trainSchema } from '../contract/recipe.ts'
import { chooseImages, flatScores, scoreByActivation, scoreByGradient, scoreByHydra } from '../score/index.ts'
import { splitTraining } from '../train/batches.ts'
import { scoreByDamage } from './damage.ts'
import { readyToGraft } from './graft.ts'
import { fittedLines } from './lines.ts'
import type { GraftRequest } from './request.ts'

/** What each neuron means to the network, [neurons]. */
export async function scoreSignificance(request: GraftRequest): Promise<Float64Array> {
  const { engine, network, dataset, options, seed, signal } = request
  const given = { images: options.scored, seed, ...(signal === undefined ? {} : { signal }) }
  switch (options.significance) {
    case 'activation':
      return flatScores(await scoreByActivation(engine, network, dataset, { at: 'post', ...given }))
    case 'gradient':
      return flatScores(
        await scoreByGradient(engine, network, dataset, { at: 'post', inputs: 'clean', epsilon: 0, ...given }),
      )
    case 'hydra':
      return hydraScores(request)
    case 'damage': {
      const set = { dataset, images: chooseImages(dataset, options.scored, seed) }
      return scoreByDamage(engine, network, set, await fittedLines(engine, network, set, signal), signal)
    }
  }
}

/** Scores learned with the recipe's own settings for hydra, on the images that training does not hold out. */
async function hydraScores({
  engine,
  network,
  dataset,
  options,
  ratio,
  epsilon,
  seed,
  signal,
}: GraftRequest): Promise<Float64Array> {
  const { loss, batchSize, learningRate } = hydraSchema.parse({ method: 'hydra', ratio: options.ratio })
  // What a training with the usual validation set holds out, no score may see either.
  const { validation } = trainSchema.parse({})
  return flatScores(
    await scoreByHydra(engine, readyToGraft(network), dataset, {
      ...{ loss, batchSize, learningRate, epsilon, seed, epochs: options.hydraEpochs, ratio: ratio ?? options.ratio },
      images: splitTraining(dataset, validation).train,
      ...(signal === undefined ? {} : { signal }),
    }),
  )
}
