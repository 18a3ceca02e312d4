// Networks rewritten so that their function stays the same, or changes in a way a person can work out.
import { createNetwork, type Layer, type LayerOf, type Network, type Parameter } from '../../core/nn/index.ts'

/** The network with the layers that `change` returns in place of its own. */
export function withLayers(
  network: Network,
  change: (layer: Layer, id: string, shape: readonly number[]) => Layer,
): Network {
  const nodes = network.nodes.map(({ id, layer, inputs, shape }) => ({ id, inputs, layer: change(layer, id, shape) }))
  return createNetwork({ name: network.name, inputShape: network.inputShape, nodes, output: network.output })
}

export function like({ shape, data }: Parameter, values: (value: number, i: number) => number): Parameter {
  return { shape, data: Float64Array.from(data, values) }
}

/** Every ReLU as a graft of the given mask, slope and intercept. */
export function grafted(network: Network, line: (id: string, i: number) => readonly [number, number] | null): Network {
  return withLayers(network, (layer, id, shape) => {
    if (layer.kind !== 'relu') return layer
    const size = shape.reduce((a, b) => a * b, 1)
    const lines = Array.from({ length: size }, (_, i) => line(id, i))
    const values = (pick: (line: readonly [number, number] | null) => number): Parameter => ({
      shape,
      data: Float32Array.from(lines, pick),
    })
    return {
      kind: 'graftedRelu',
      mask: values((at) => (at ? 1 : 0)),
      slope: values((at) => at?.[0] ?? 1),
      intercept: values((at) => at?.[1] ?? 0),
    }
  })
}

/** Dense chains only: the hidden neurons of every layer in the order that `order(size)` gives. */
export function permuted(network: Network, order: (size: number) => ArrayLike<number>): Network {
  let columns: ArrayLike<number> | null = null
  return rewriteDense(network, ({ weight, bias }, last) => {
    const [out, inputs] = weight.shape
    const rows = last ? Array.from({ length: out }, (_, i) => i) : order(out)
    const from = columns
    columns = rows
    return {
      weight: like(weight, (_w, at) => {
        const [o, i] = [Math.floor(at / inputs), at % inputs]
        return weight.data[rows[o] * inputs + (from ? from[i] : i)]
      }),
      bias: like(bias, (_b, o) => bias.data[rows[o]]),
    }
  })
}

/** Dense chains only: relu(k z)/k in place of relu(z), with k = 2^(exponent of the neuron), so that no number is rounded. */
export function rescaled(network: Network, exponent: (neuron: number) => number): Network {
  let before: number[] | null = null
  return rewriteDense(network, ({ weight, bias }, last) => {
    const [out, inputs] = weight.shape
    const factors = Array.from({ length: out }, (_, o) => (last ? 1 : 2 ** exponent(o)))
    const divided = before
    before = factors
    return {
      weight: like(weight, (w, at) => (w * factors[Math.floor(at / inputs)]) / (divided ? divided[at % inputs] : 1)),
      bias: like(bias, (b, o) => b * factors[o]),
    }
  })
}

/** Convolutions and average pools as the dense layers they are, by their values at unit vectors. */
export function unrolled(
  network: Network,
  evaluate: (layer: Layer, x: Float64Array, input: readonly number[], shape: readonly number[]) => Float64Array,
): Network {
  const nodes: { id: string; layer: Layer; inputs: string[] }[] = []
  let shape = network.inputShape
  let at = 'input'
  for (const node of network.nodes) {
    if (node.layer.kind === 'conv2d' || node.layer.kind === 'avgPool') {
      const layer = matrixOf(
        (x) => evaluate(node.layer, x, shape, node.shape),
        shape.reduce((a, b) => a * b, 1),
      )
      if (shape.length > 1) {
        nodes.push({ id: `${node.id}-flat`, layer: { kind: 'flatten' }, inputs: [at] })
        at = `${node.id}-flat`
      }
      nodes.push({ id: node.id, layer, inputs: [at] })
      nodes.push({
        id: `${node.id}-image`,
        layer: { kind: 'gather', shape: node.shape, indices: null },
        inputs: [node.id],
      })
      at = `${node.id}-image`
    } else {
      nodes.push({ id: node.id, layer: node.layer, inputs: [at] })
      at = node.id
    }
    shape = node.shape
  }
  return createNetwork({ name: 'unrolled', inputShape: network.inputShape, nodes })
}

function matrixOf(affine: (x: Float64Array) => Float64Array, inputs: number): LayerOf<'dense'> {
  const bias = affine(new Float64Array(inputs))
  const columns = Array.from({ length: inputs }, (_, i) => affine(new Float64Array(inputs).fill(1, i, i + 1)))
  const weight = Float64Array.from({ length: bias.length * inputs }, (_, at) => {
    const [o, i] = [Math.floor(at / inputs), at % inputs]
    return columns[i][o] - bias[o]
  })
  return {
    kind: 'dense',
    weight: { shape: [bias.length, inputs], data: weight },
    bias: { shape: [bias.length], data: bias },
  }
}

function rewriteDense(
  network: Network,
  change: (layer: LayerOf<'dense'>, last: boolean) => Pick<LayerOf<'dense'>, 'weight' | 'bias'>,
): Network {
  return withLayers(network, (layer, id) =>
    layer.kind === 'dense' ? { ...layer, ...change(layer, id === network.output) } : layer,
  )
}
