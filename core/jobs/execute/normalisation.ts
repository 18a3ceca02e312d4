// What the first layer of a fresh network subtracts and divides by, per channel: published constants, the data's own, or given.
import { EspalierError } from '../../contract/errors.ts'
import type { NormaliseOptions } from '../../contract/recipe.ts'
import type { Dataset } from '../../data/dataset.ts'
import { channelStatistics, type ChannelStatistics } from '../../data/statistics.ts'

type Published = Exclude<NormaliseOptions['by'], 'none' | 'data' | 'given'>

/** The constants of the grafting paper's code (spec A.1), in pixel units. */
const published: Readonly<Record<Published, ChannelStatistics>> = {
  cifar10: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.2023, 0.1994, 0.201] },
  'cifar10-255': {
    mean: [125.3 / 255, 123 / 255, 113.9 / 255],
    deviation: [63 / 255, 62.1 / 255, 66.7 / 255],
  },
  svhn: { mean: [0.4377, 0.4438, 0.4728], deviation: [0.1201, 0.1231, 0.1052] },
}

/** Null where nothing is normalised. @throws EspalierError 'recipe/invalid' where it does not fit the images */
export function normalisationOf(options: NormaliseOptions | undefined, train: Dataset): ChannelStatistics | null {
  if (options === undefined || options.by === 'none') return null
  const statistics = statisticsOf(options, train)
  const channels = train.shape[0]
  const lengths = [statistics.mean.length, statistics.deviation.length]
  if (lengths.some((length) => length !== channels))
    throw new EspalierError(
      'recipe/invalid',
      `normalise has ${lengths.join(' means and ')} deviations, and the images of ${train.name} have ${channels} channels.`,
      'Give one mean and one deviation for each channel, or choose normalise by data.',
    )
  const flat = statistics.deviation.findIndex((deviation) => deviation === 0)
  if (flat < 0) return statistics
  throw new EspalierError(
    'recipe/invalid',
    `Channel ${flat} of ${train.name} has one value in all images: its deviation is 0.`,
    'Give mean and deviation yourself, or choose normalise by none.',
  )
}

function statisticsOf(options: Exclude<NormaliseOptions, { by: 'none' }>, train: Dataset): ChannelStatistics {
  if (options.by === 'data') return channelStatistics(train)
  return options.by === 'given' ? options : published[options.by]
}
