// How much one evaluation of an imported network costs, so that a small file cannot ask for hours.
import { sizeOf, type Layer, type Network } from '../../../nn/index.ts'

/** Products that one evaluation of the network forms. */
export function workOf({ nodes }: Network): number {
  return nodes.reduce((sum, { layer, shape }) => sum + sizeOf(shape) * productsOf(layer), 0)
}

/** Products in one output element. */
function productsOf(layer: Layer): number {
  if (layer.kind === 'dense' || layer.kind === 'conv2d') return sizeOf(layer.weight.shape.slice(1))
  if (layer.kind === 'avgPool') return layer.kernel[0] * layer.kernel[1]
  return 1
}
