// Writes a network as an ONNX model that other verifiers and runtimes read.
import { modelBytes, node, valueInfo } from '../../engine/onnx/model.ts'
import { onnxType, type NodeProto, type TensorProto } from '../../engine/onnx/schema.ts'
import { cutDeadNeurons, fuseBatchNorm, INPUT, shapeOf, type Layer, type Network } from '../../nn/index.ts'
import { layerWriters, type LayerContext } from './layers.ts'

/** The operator set of exported models: 13, which the verification competition's tools read. */
const opset = 13
/** Name of the graph's output value; its input is called 'input'. */
const outputName = 'output'

export interface ExportOptions {
  /** Fold batch norm and normalisation into the linear layers, and cut dead neurons, where that is exact. Default true. */
  readonly fold?: boolean
}

/**
 * The bytes of an ONNX model with opset 13 and float32 parameters: input 'input' [1, ...inputShape], output 'output' [1, classes].
 * Grafted activations are written as arithmetic (Relu, Mul, Add), so any reader of ONNX runs them.
 */
export function exportOnnx(network: Network, options: ExportOptions = {}): Uint8Array {
  const { fold = true } = options
  const written = fold ? cutDeadNeurons(fuseBatchNorm(network)) : network
  const valueName = valueNames(written)
  const nodes: NodeProto[] = []
  const initializers: TensorProto[] = []
  for (const { id, layer, inputs } of written.nodes) {
    const context: LayerContext = {
      id,
      inputs: inputs.map(valueName),
      output: valueName(id),
      inputShape: shapeOf(written, inputs[0]),
      nodes,
      initializers,
    }
    write(layer, context)
  }
  if (written.output === INPUT) nodes.push(node('Identity', [INPUT], [outputName]))
  return modelBytes(
    {
      name: network.name,
      nodes,
      initializers,
      inputs: [valueInfo(INPUT, onnxType.float, [1, ...written.inputShape])],
      outputs: [valueInfo(outputName, onnxType.float, [1, ...shapeOf(written, written.output)])],
    },
    opset,
  )
}

function write(layer: Layer, context: LayerContext): void {
  const writer = layerWriters[layer.kind] as (layer: Layer, context: LayerContext) => void
  writer(layer, context)
}

/** Values are named after the node that makes them, with an ending that no other name has; the output is 'output'. */
function valueNames(network: Network): (id: string) => string {
  return (id) => {
    if (id === INPUT) return INPUT
    return id === network.output ? outputName : `${id}.value`
  }
}
