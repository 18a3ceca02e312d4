// How each layer kind is written in ONNX: one entry per kind, a missing one does not compile.
import { int64Tensor, node, tensor } from '../../engine/onnx/model.ts'
import { onnxType, type NodeProto, type TensorProto } from '../../engine/onnx/schema.ts'
import type { LayerKind, LayerOf, Parameter, Shape } from '../../nn/index.ts'

/** What a layer is written into: value names, its shapes, and where initializers and nodes go. */
export interface LayerContext {
  readonly id: string
  readonly inputs: readonly string[]
  readonly output: string
  /** Shape of the first input, without the batch axis. */
  readonly inputShape: Shape
  readonly nodes: NodeProto[]
  readonly initializers: TensorProto[]
}

type Writer<K extends LayerKind> = (layer: LayerOf<K>, context: LayerContext) => void

export const layerWriters: { readonly [K in LayerKind]: Writer<K> } = {
  dense({ weight, bias }, context) {
    const parameters = [initializer(context, 'weight', weight), initializer(context, 'bias', bias)]
    emit(context, 'Gemm', [context.inputs[0], ...parameters], context.output, { transB: 1 })
  },

  conv2d({ weight, bias, strides, pads }, context) {
    const parameters = [initializer(context, 'weight', weight), initializer(context, 'bias', bias)]
    const attributes = { kernel_shape: weight.shape.slice(2), strides, pads }
    emit(context, 'Conv', [context.inputs[0], ...parameters], context.output, attributes)
  },

  batchNorm(layer, context) {
    const names = (['gamma', 'beta', 'mean', 'variance'] as const).map((name) =>
      initializer(context, name, layer[name]),
    )
    const attributes = { epsilon: { float: layer.epsilon } }
    emit(context, 'BatchNormalization', [context.inputs[0], ...names], context.output, attributes)
  },

  affine({ scale, shift }, context) {
    const shape = [1, scale.shape[0], ...context.inputShape.slice(1).map(() => 1)]
    const scaled = intermediate(context, 'scaled')
    emit(context, 'Mul', [context.inputs[0], initializer(context, 'scale', { ...scale, shape })], scaled)
    emit(context, 'Add', [scaled, initializer(context, 'shift', { ...shift, shape })], context.output)
  },

  relu: (_layer, context) => emit(context, 'Relu', context.inputs, context.output),
  sigmoid: (_layer, context) => emit(context, 'Sigmoid', context.inputs, context.output),
  flatten: (_layer, context) => emit(context, 'Flatten', context.inputs, context.output, { axis: 1 }),
  /** Flatten, Gather where the order changes, Reshape where the result is no vector. */
  gather({ shape, indices }, context) {
    const { id, inputs, output, nodes, initializers } = context
    const flat = indices === null && shape.length === 1 ? output : intermediate(context, 'flat')
    emit(context, 'Flatten', [inputs[0]], flat, { axis: 1 })
    const picked = indices !== null && shape.length > 1 ? intermediate(context, 'picked') : output
    if (indices !== null) {
      initializers.push(int64Tensor(`${id}.indices`, indices))
      emit(context, 'Gather', [flat, `${id}.indices`], picked, { axis: 1 })
    }
    if (shape.length === 1) return
    initializers.push(int64Tensor(`${id}.shape`, [1, ...shape]))
    nodes.push(node('Reshape', [indices === null ? flat : picked, `${id}.shape`], [output]))
  },
  add: (_layer, context) => emit(context, 'Add', context.inputs, context.output),

  graftedRelu: (layer, context) => emitGrafted(layer, 'Relu', context),
  graftedSigmoid: (layer, context) => emitGrafted(layer, 'Sigmoid', context),

  avgPool({ kernel, strides, pads }, context) {
    const attributes = { kernel_shape: kernel, strides, pads, count_include_pad: 1 }
    emit(context, 'AveragePool', context.inputs, context.output, attributes)
  },
}

/** (m a) z + m b + (1 - m) φ(z), with the products of constants taken here. */
function emitGrafted(
  { mask, slope, intercept }: LayerOf<'graftedRelu' | 'graftedSigmoid'>,
  activation: 'Relu' | 'Sigmoid',
  context: LayerContext,
): void {
  const [z] = context.inputs
  const shape = [1, ...mask.shape]
  const product = (by: Parameter): Parameter => ({ shape, data: by.data.map((value, i) => value * mask.data[i]) })
  const kept: Parameter = { shape, data: mask.data.map((value) => 1 - value) }
  const [activated, open, line, sum] = ['activated', 'open', 'line', 'sum'].map((name) => intermediate(context, name))
  emit(context, activation, [z], activated)
  emit(context, 'Mul', [activated, initializer(context, 'kept', kept)], open)
  emit(context, 'Mul', [z, initializer(context, 'slope', product(slope))], line)
  emit(context, 'Add', [line, initializer(context, 'intercept', product(intercept))], sum)
  emit(context, 'Add', [sum, open], context.output)
}

/** Adds a parameter, rounded to float32, under 'id.name' and gives that name. */
function initializer({ id, initializers }: LayerContext, name: string, { shape, data }: Parameter): string {
  const values = data instanceof Float32Array ? data : Float32Array.from(data)
  initializers.push(tensor(`${id}.${name}`, onnxType.float, shape, values))
  return `${id}.${name}`
}

function intermediate({ id }: LayerContext, name: string): string {
  return `${id}.${name}.value`
}

function emit(
  context: LayerContext,
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: Parameters<typeof node>[3] = {},
): void {
  context.nodes.push({ ...node(opType, inputs, [output], attributes), name: output })
}
