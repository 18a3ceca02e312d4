// The closed union of layer kinds and the total registry of their rules: a kind without a rule does not compile.
import { addRule, type AddLayer } from './layers/add.ts'
import { affineRule, type AffineLayer } from './layers/affine.ts'
import { avgPoolRule, type AvgPoolLayer } from './layers/avg-pool.ts'
import { batchNormRule, type BatchNormLayer } from './layers/batch-norm.ts'
import { conv2dRule, type Conv2dLayer } from './layers/conv2d.ts'
import { denseRule, type DenseLayer } from './layers/dense.ts'
import { flattenRule, type FlattenLayer } from './layers/flatten.ts'
import { gatherRule, type GatherLayer } from './layers/gather.ts'
import { graftedReluRule, type GraftedReluLayer } from './layers/grafted-relu.ts'
import { graftedSigmoidRule, type GraftedSigmoidLayer } from './layers/grafted-sigmoid.ts'
import { reluRule, type ReluLayer } from './layers/relu.ts'
import type { AffineLayerRule, LayerRule, Parameter } from './layers/rule.ts'
import { sigmoidRule, type SigmoidLayer } from './layers/sigmoid.ts'

export type {
  AddLayer,
  AffineLayer,
  AvgPoolLayer,
  BatchNormLayer,
  Conv2dLayer,
  DenseLayer,
  FlattenLayer,
  GatherLayer,
  GraftedReluLayer,
  GraftedSigmoidLayer,
  ReluLayer,
  SigmoidLayer,
}
export { formatShape, sameShape, sizeOf } from './layers/rule.ts'
export type {
  Adjoint,
  AffineLayerRule,
  LayerRule,
  Parameter,
  ParameterRole,
  Shape,
  TensorInterval,
  TensorParameters,
  TrainingStep,
} from './layers/rule.ts'

export type Layer =
  | AddLayer
  | AffineLayer
  | AvgPoolLayer
  | BatchNormLayer
  | Conv2dLayer
  | DenseLayer
  | FlattenLayer
  | GatherLayer
  | GraftedReluLayer
  | GraftedSigmoidLayer
  | ReluLayer
  | SigmoidLayer

export type LayerKind = Layer['kind']
export type LayerOf<K extends LayerKind> = Extract<Layer, { kind: K }>

/** The kinds that are nonlinear; every other kind is an affine function of its inputs. */
export type ActivationKind = 'graftedRelu' | 'graftedSigmoid' | 'relu' | 'sigmoid'
export type AffineKind = Exclude<LayerKind, ActivationKind>
export type ActivationLayer = LayerOf<ActivationKind>

type RuleFor<K extends LayerKind> = K extends AffineKind ? AffineLayerRule<LayerOf<K>> : LayerRule<LayerOf<K>>

/** One rule per kind; affine kinds must also have an adjoint. */
export const layerRules: { readonly [K in LayerKind]: RuleFor<K> } = {
  add: addRule,
  affine: affineRule,
  avgPool: avgPoolRule,
  batchNorm: batchNormRule,
  conv2d: conv2dRule,
  dense: denseRule,
  flatten: flattenRule,
  gather: gatherRule,
  graftedRelu: graftedReluRule,
  graftedSigmoid: graftedSigmoidRule,
  relu: reluRule,
  sigmoid: sigmoidRule,
}

/** The rule of a layer's own kind. The cast is safe because the key is the layer's kind. */
export function ruleOf<L extends Layer>(layer: L): LayerRule<L> {
  return layerRules[layer.kind] as unknown as LayerRule<L>
}

/** Whether a layer holds lines beside neurons of another kind. */
export function isGrafted(layer: Layer): layer is LayerOf<'graftedRelu' | 'graftedSigmoid'> {
  return layer.kind === 'graftedRelu' || layer.kind === 'graftedSigmoid'
}

/** The parameter of `layer` in the slot `name`. */
export function parameterOf(layer: Layer, name: string): Parameter {
  return (layer as unknown as Readonly<Record<string, Parameter>>)[name]
}
