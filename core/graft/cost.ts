// What a neuron costs the verifier on one image: its share of what the margins lose to relaxation, or of branching scores.
import type { Bounder } from '../bounds/bounder.ts'
import type { Box, OutputRows, PreActivationBounds } from '../bounds/box.ts'
import type { Activation } from '../bounds/graph.ts'
import { relaxationOf } from '../bounds/relaxation/index.ts'
import { nodeById, parameterOf, type Network } from '../nn/index.ts'

/** `gap`: |Λ|·(height of the relaxation's triangle); `branching`: BaBSR's score (Bunel et al. 2020, spec C.6). */
export type CostKind = 'gap' | 'branching'

/** One neuron on one image. */
interface OpenNeuron {
  /** Coefficient of the neuron's output in a row pulled back by CROWN. */
  readonly coefficient: number
  readonly lower: number
  readonly upper: number
  /** Constant that the affine map before the neuron adds. */
  readonly bias: number
}

/**
 * Cost of every neuron, summed over the rows and divided by the sum over all neurons, so that every image weighs the same,
 * [neurons]; zero for neurons that need no relaxation. The triangle of a ReLU is −l·u/(u − l) high at z = 0: what one row
 * can lose there is |Λ| times that.
 */
export async function costsOf(
  bounder: Bounder,
  box: Box,
  rows: OutputRows,
  bounds: PreActivationBounds,
  kind: CostKind,
): Promise<Float64Array> {
  const { crown } = await bounder.outputs(box, rows, bounds)
  const size = bounder.activations.reduce((total, { neurons }) => total + neurons, 0)
  const costs = new Float64Array(size)
  for (const activation of bounder.activations) {
    const interval = bounds.get(activation.source)
    if (interval === undefined) continue
    const biases = biasesOf(bounder.network, activation)
    const relaxation = relaxationOf(activation.layer)
    for (let i = 0; i < activation.neurons; i++) {
      const [lower, upper] = [interval.lower[i], interval.upper[i]]
      if (!(lower < 0 && upper > 0) || !relaxation.isLoose(activation.layer, i, lower, upper)) continue
      const j = activation.offset + i
      for (let row = 0; row < rows.rows; row++) {
        const neuron = { coefficient: crown.coefficients[row * size + j], lower, upper, bias: biases(i) }
        costs[j] += kind === 'gap' ? gapOf(neuron) : branchingOf(neuron)
      }
    }
  }
  const total = costs.reduce((sum, cost) => sum + cost, 0)
  return total > 0 ? costs.map((cost) => cost / total) : costs
}

function gapOf({ coefficient, lower, upper }: OpenNeuron): number {
  return (Math.abs(coefficient) * -lower * upper) / (upper - lower)
}

function branchingOf({ coefficient, lower, upper, bias }: OpenNeuron): number {
  const slope = upper / (upper - lower)
  const shift = bias * coefficient
  return Math.abs(Math.min(shift * (slope - 1), shift * slope) - Math.min(coefficient, 0) * lower * slope)
}

/** Bias of neuron i of an activation that reads a dense or convolutional layer; 0 elsewhere. */
function biasesOf(network: Network, { source, neurons }: Activation): (i: number) => number {
  const layer = source === 'input' ? null : nodeById(network, source).layer
  if (layer?.kind !== 'dense' && layer?.kind !== 'conv2d') return () => 0
  const { data } = parameterOf(layer, 'bias')
  return (i) => data[Math.floor((i * data.length) / neurons)]
}
