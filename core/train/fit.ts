// Checks that a network and a dataset belong together, before anything is computed.
import { EspalierError } from '../contract/errors.ts'
import type { Dataset } from '../data/dataset.ts'
import { formatShape, sizeOf } from '../nn/layer.ts'
import { shapeOf, type Network } from '../nn/network.ts'

/**
 * Images may be given flat to a network that takes vectors.
 * @throws EspalierError 'model/does-not-fit-data' where pixels or classes differ in number, or channels and sides in shape
 */
export function requireFit(network: Network, dataset: Dataset): void {
  const pixels = sizeOf(dataset.shape)
  const flat = network.inputShape.length === 1 && network.inputShape[0] === pixels
  if (!flat && formatShape(network.inputShape) !== formatShape(dataset.shape)) {
    throw misfit(
      `The network "${network.name}" takes inputs of ${formatShape(network.inputShape)}, but the images of "${dataset.name}" are ${formatShape(dataset.shape)}.`,
    )
  }
  const outputs = shapeOf(network, network.output)
  if (outputs.length !== 1 || outputs[0] !== dataset.classes.length) {
    throw misfit(
      `The network "${network.name}" ends in ${formatShape(outputs)} outputs, but "${dataset.name}" has ${dataset.classes.length} classes.`,
    )
  }
}

function misfit(message: string): EspalierError {
  return new EspalierError(
    'model/does-not-fit-data',
    message,
    'Choose the dataset the network was made for, or build the network for this dataset.',
  )
}
