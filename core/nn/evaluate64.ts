// Plain float64 evaluation, independent of TensorFlow.js and ONNX Runtime: the replay that every witness must pass.
import { EspalierError } from '../contract/errors.ts'
import { ruleOf, sizeOf, type Shape } from './layer.ts'
import { INPUT, type Network } from './network.ts'

/** Logits of one point `x` (row-major, `network.inputShape`). @throws EspalierError 'model/shape' on a wrong length. */
export function evaluate64(network: Network, x: Float64Array): Float64Array {
  return evaluateNodes64(network, x).get(network.output) ?? x
}

/** The value of every node on one point, by node id ('input' included). */
export function evaluateNodes64(network: Network, x: Float64Array): ReadonlyMap<string, Float64Array> {
  if (x.length !== sizeOf(network.inputShape)) {
    throw new EspalierError(
      'model/shape',
      `The network "${network.name}" takes ${sizeOf(network.inputShape)} numbers, not ${x.length}.`,
      'Give one point of the input shape, without a batch axis.',
    )
  }
  const values = new Map<string, Float64Array>([[INPUT, x]])
  const shapes = new Map<string, Shape>([[INPUT, network.inputShape]])
  for (const { id, layer, inputs, shape } of network.nodes) {
    const points = inputs.map((input) => values.get(input) as Float64Array)
    const inputShapes = inputs.map((input) => shapes.get(input) as Shape)
    values.set(id, ruleOf(layer).evaluate(layer, points, inputShapes, shape))
    shapes.set(id, shape)
  }
  return values
}
