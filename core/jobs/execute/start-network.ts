// The network a variant starts from: built afresh for its data, or of the history and then checked to fit them.
import { EspalierError } from '../../contract/errors.ts'
import type { VariantOptions } from '../../contract/recipe.ts'
import type { Dataset } from '../../data/dataset.ts'
import { buildArchitecture, formatShape, sizeOf, type Network } from '../../nn/index.ts'
import { normalisationOf } from './normalisation.ts'

/** An untrained network. @throws EspalierError 'model/shape' where it does not fit, 'recipe/invalid' for its normalisation */
export function freshNetwork(variant: VariantOptions, train: Dataset, seed: number): Network {
  const normalisation = normalisationOf(variant.normalise, train)
  return buildArchitecture(variant.architecture ?? 'net1', train.shape, seed, {
    classes: train.classes.length,
    batchNorm: variant.batchNorm ?? false,
    ...(normalisation === null ? {} : { normalisation }),
  })
}

/**
 * A network of the history, or of a file, may come from other data: say so before hours are spent.
 * @throws EspalierError 'model/does-not-fit-data'
 */
export function requireFit(
  name: string,
  network: Network,
  data: { readonly name: string; readonly shape: readonly number[]; readonly classes: readonly string[] },
): void {
  const outputs = sizeOf(network.nodes.find(({ id }) => id === network.output)?.shape ?? [])
  const { shape, classes } = data
  // Imported networks often take their pixels flat.
  const flat = network.inputShape.length === 1 && sizeOf(network.inputShape) === sizeOf(shape)
  if ((flat || formatShape(network.inputShape) === formatShape(shape)) && outputs === classes.length) return
  throw new EspalierError(
    'model/does-not-fit-data',
    `${name}: the network takes ${formatShape(network.inputShape)} and has ${outputs} outputs, but ${data.name} has images of ${formatShape(shape)} in ${classes.length} classes.`,
    'Choose data of the same shape and number of classes, or another model.',
  )
}
