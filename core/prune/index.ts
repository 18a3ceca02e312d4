// The front door of pruning.
export { pruneActivations, zeroNeurons } from './activations.ts'
export { findExemplars } from './exemplars.ts'
export { gradualActivations, gradualWeights } from './gradual.ts'
export type { GradualOptions } from './gradual.ts'
export { heldMasks } from './held.ts'
export { pruneNeurons } from './neurons.ts'
export { pruneWeights } from './weights.ts'
export type { PrunedWeights } from './weights.ts'
