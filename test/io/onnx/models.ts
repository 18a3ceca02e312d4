// Small ONNX models written in a line or two, for tests.
import { SeededRandom } from '../../../core/data/random.ts'
import { int64Tensor, modelBytes, node, tensor, valueInfo, type Attributes } from '../../../core/engine/onnx/model.ts'
import { onnxType, type NodeProto, type TensorProto } from '../../../core/engine/onnx/schema.ts'
import { sizeOf, type Shape } from '../../../core/nn/index.ts'

/** One node: operator, inputs, output (or outputs), attributes. */
export type Step = readonly [string, readonly string[], string | readonly string[], Attributes?]

export interface SmallModel {
  /** Shape of each input by name; -1 is an axis without a size. */
  readonly inputs: Readonly<Record<string, Shape>>
  readonly steps: readonly Step[]
  /** Constants by name: a shape (random numbers in [-1, 1]), numbers in a shape, or whole numbers. */
  readonly constants?: Readonly<Record<string, Constant>>
  readonly outputs?: readonly string[]
  readonly opset?: number
}

export type Constant =
  | { readonly random: Shape; readonly low?: number }
  | { readonly shape: Shape; readonly values: readonly number[] }
  | { readonly whole: readonly number[] }

export const random = (...shape: number[]): Constant => ({ random: shape })
export const positive = (...shape: number[]): Constant => ({ random: shape, low: 0.1 })
export const whole = (...values: number[]): Constant => ({ whole: values })
export const numbers = (values: readonly number[], shape: Shape = [values.length]): Constant => ({ shape, values })

/** The bytes of a model; its output is 'y' unless `outputs` says otherwise. */
export function smallModel({ inputs, steps, constants = {}, outputs = ['y'], opset = 13 }: SmallModel): Uint8Array {
  const source = new SeededRandom(3)
  return modelBytes(
    {
      name: 'small',
      nodes: steps.map(stepNode),
      initializers: Object.entries(constants).map(([name, constant]) => initializer(name, constant, source)),
      inputs: Object.entries(inputs).map(([name, shape]) => valueInfo(name, onnxType.float, shape)),
      outputs: outputs.map((name) => ({ ...valueInfo(name, onnxType.float, []), type: floatTensor })),
    },
    opset,
  )
}

/** A float tensor of a shape that ONNX Runtime works out. */
const floatTensor = { tensorType: { elemType: onnxType.float } } as unknown as ReturnType<typeof valueInfo>['type']

function stepNode([operator, inputs, output, attributes]: Step, i: number): NodeProto {
  return { ...node(operator, inputs, typeof output === 'string' ? [output] : output, attributes), name: `node${i}` }
}

function initializer(name: string, constant: Constant, source: SeededRandom): TensorProto {
  if ('whole' in constant) return int64Tensor(name, constant.whole)
  const shape = 'random' in constant ? constant.random : constant.shape
  const low = 'random' in constant ? (constant.low ?? -1) : 0
  const values = 'values' in constant ? constant.values : null
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => values?.[i] ?? source.between(low, 1))
  return tensor(name, onnxType.float, shape, data)
}

export const image = { x: [1, 3, 6, 5] }
export const vector = { x: [1, 6] }
export const unary = (operator: string, attributes = {}, inputs: SmallModel['inputs'] = image): SmallModel => ({
  inputs,
  steps: [[operator, ['x'], 'y', attributes]],
})
export const withConstant = (operator: string, c: NonNullable<SmallModel['constants']>[string], inputs = image) =>
  ({
    inputs,
    constants: { c },
    steps: [[operator, ['x', 'c'], 'y']],
  }) satisfies SmallModel
