// The front door of pruning.
export { pruneNeurons } from './neurons.ts'
export { pruneWeights } from './weights.ts'
export type { PrunedWeights } from './weights.ts'
