// Every ONNX operator that Espalier reads, by its ONNX name.
import type { OperatorRule } from './operation.ts'
import { clip, leakyRelu, pRelu, relu, sigmoid, tanh } from './operators/activation.ts'
import { add, divide, multiply, negate, subtract } from './operators/arithmetic.ts'
import { concat } from './operators/concat.ts'
import { cast, constant, constantOfShape, dropout, identity, shape, size } from './operators/constants.ts'
import { conv } from './operators/conv.ts'
import { gemm, matMul } from './operators/matmul.ts'
import { batchNormalization } from './operators/normalisation.ts'
import { pad } from './operators/pad.ts'
import { gather, slice, split } from './operators/pick.ts'
import { averagePool, globalAveragePool, globalMaxPool, maxPool } from './operators/pool.ts'
import { reduceMean, reduceSum } from './operators/reduce.ts'
import { expand, flatten, reshape, squeeze, transpose, unsqueeze } from './operators/reshape.ts'

export const operators = {
  Add: add,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Conv: conv,
  Div: divide,
  Dropout: dropout,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
  Identity: identity,
  LeakyRelu: leakyRelu,
  MatMul: matMul,
  MaxPool: maxPool,
  Mul: multiply,
  Neg: negate,
  PRelu: pRelu,
  Pad: pad,
  ReduceMean: reduceMean,
  ReduceSum: reduceSum,
  Relu: relu,
  Reshape: reshape,
  Shape: shape,
  Sigmoid: sigmoid,
  Size: size,
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Sub: subtract,
  Tanh: tanh,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
} satisfies Readonly<Record<string, OperatorRule>>

export type OperatorName = keyof typeof operators

export function isOperator(name: string): name is OperatorName {
  return Object.hasOwn(operators, name)
}
