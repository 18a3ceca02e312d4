// The architectures of the two papers by name (spec A.2), for any input shape that fits them.
import { EspalierError } from '../../contract/errors.ts'
import { architectureSchema, type ArchitectureName } from '../../contract/recipe.ts'
import { formatShape, type Shape } from '../layer.ts'
import type { Network } from '../network.ts'
import { ArchitectureBuilder } from './builder.ts'
import { cnnB, convBig, convBigEighth, convHuge, convolutional, convSmall, sigmoidCnn } from './conv.ts'
import { normalisedMlp } from './mlp.ts'
import { resnet4b } from './resnet.ts'

type Layout = (builder: ArchitectureBuilder, classes: number, batchNorm: boolean) => void

const layouts: Readonly<Record<ArchitectureName, Layout>> = {
  net1: (builder, classes) => normalisedMlp(builder, [64, 32, 16], classes),
  net2: (builder, classes) => normalisedMlp(builder, [128, 64, 32], classes),
  convSmall: (builder, classes, batchNorm) => convolutional(builder, convSmall, classes, batchNorm),
  cnnB: (builder, classes, batchNorm) => convolutional(builder, cnnB, classes, batchNorm),
  convBig: (builder, classes, batchNorm) => convolutional(builder, convBig, classes, batchNorm),
  convBigEighth: (builder, classes, batchNorm) => convolutional(builder, convBigEighth, classes, batchNorm),
  resnet4b,
  convHuge: (builder, classes, batchNorm) => convolutional(builder, convHuge, classes, batchNorm),
  sigmoidCnn: (builder, classes, batchNorm) => convolutional(builder, sigmoidCnn, classes, batchNorm),
}

export type { ArchitectureName }
export const architectureNames: readonly ArchitectureName[] = architectureSchema.options

export interface ArchitectureOptions {
  /** Batch norm before every activation. NET1 and NET2 always have it. Default false. */
  readonly batchNorm?: boolean
  /** Per-channel normalisation as the first layer; inputs stay in pixel units. Default none. */
  readonly normalisation?: { readonly mean: readonly number[]; readonly deviation: readonly number[] }
  /** Number of logits. Default 10. */
  readonly classes?: number
}

/**
 * Builds an architecture with seeded PyTorch-default weights; the same seed gives the same bits.
 * @throws EspalierError 'model/shape' where a convolutional architecture is given a flat or too small input.
 */
export function buildArchitecture(
  name: ArchitectureName,
  inputShape: Shape,
  seed: number,
  options: ArchitectureOptions = {},
): Network {
  const { batchNorm = false, normalisation, classes = 10 } = options
  if (inputShape.length !== 3 && name !== 'net1' && name !== 'net2') {
    throw new EspalierError(
      'model/shape',
      `${name} needs an input of channels×height×width, not ${formatShape(inputShape)}.`,
      'Choose net1 or net2 for flat inputs.',
    )
  }
  const builder = new ArchitectureBuilder(name, inputShape, seed)
  if (normalisation) builder.normalise(normalisation.mean, normalisation.deviation)
  layouts[name](builder, classes, batchNorm)
  return builder.build()
}
