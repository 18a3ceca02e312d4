// The front door of the network: what the other parts of the core import.
export { architectureNames, buildArchitecture } from './architectures/index.ts'
export type { ArchitectureName, ArchitectureOptions } from './architectures/index.ts'
export {
  activationNodes,
  countNeurons,
  countNonzeroWeights,
  countParameters,
  countWeights,
  layerTable,
} from './counts.ts'
export type { ActivationNode, LayerRow } from './counts.ts'
export { cutDeadNeurons } from './dead.ts'
export { evaluate64, evaluateNodes64 } from './evaluate64.ts'
export { formatShape, isGrafted, layerRules, parameterOf, ruleOf, sameShape, sizeOf } from './layer.ts'
export type * from './layer.ts'
export { consumersOf, createNetwork, INPUT, nodeById, shapeOf } from './network.ts'
export type { Network, NetworkDescription, NetworkNode } from './network.ts'
export { allParameters, trainableParameters, withParameters } from './parameters.ts'
export type { NamedParameter } from './parameters.ts'
export { adjoint, constantParameters, forward, forwardIntervals, forwardNodes, forwardTraining } from './forward.ts'
export type { Alteration, ForwardOptions, NamedTensors } from './forward.ts'
export { fuseBatchNorm } from './fuse.ts'
export { networkHash, parseNetwork, serializeNetwork } from './serialize.ts'
export { removeNeurons } from './surgery.ts'
