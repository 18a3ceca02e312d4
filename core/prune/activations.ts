// Activation pruning: the neurons with the lowest scores give 0 whatever they read (SAP, GAP, Hydra, random; spec A.4).
import { EspalierError } from '../contract/errors.ts'
import { graftedNeurons, graftNeurons } from '../graft/index.ts'
import { activationNodes, isGrafted, type Network } from '../nn/index.ts'
import { flatScores, lowestIndices, shareOf, type LayerScores } from '../score/index.ts'
import type { Cut } from './cut.ts'
import { requireRatio } from './ratio.ts'

/**
 * The network with exactly ⌊ratio·N⌋ of its N hidden neurons at zero: those that are already, then the lowest scores of all
 * layers together, equal ones in order of layer and index. A neuron at zero is a grafted line with slope and intercept 0,
 * so grafting zero and pruning activations are one thing; lines that are not zero stay lines.
 *
 * @param scores of every layer, as core/score makes them
 * @throws EspalierError 'prune/ratio' outside [0, 1] or where lines are in the way, 'model/unsupported' for an activation
 * that holds no lines
 */
export function pruneActivations(network: Network, scores: readonly LayerScores[], ratio: number): Network {
  const { scores: flat, chosen } = activationCut(network, scores, ratio)
  const nothing = new Float32Array(flat.length)
  return graftNeurons(network, chosen, { slope: nothing, intercept: nothing })
}

/** What `pruneActivations` would put to zero that is not there yet. @throws EspalierError 'prune/ratio' as there */
export function activationCut(network: Network, scores: readonly LayerScores[], ratio: number): Cut {
  requireRatio(ratio)
  const flat = flatScores(scores)
  const zeros = zeroNeurons(network)
  const lines = graftedNeurons(network)
  const wanted = shareOf(ratio, flat.length)
  const count = Math.max(0, wanted - total(zeros))
  const free = flat.length - total(lines)
  if (count > free) throw tooManyLines(network, ratio, wanted, free + total(zeros))
  const ranked = flat.map((score, neuron) => (lines[neuron] === 1 ? Infinity : score))
  return { scores: flat, chosen: lowestIndices(ranked, count) }
}

/** 1 for every neuron that is a line with slope and intercept 0, [neurons] in topological order. */
export function zeroNeurons(network: Network): Uint8Array {
  return Uint8Array.from(
    activationNodes(network).flatMap(({ node: { layer }, neurons }) =>
      isGrafted(layer)
        ? Array.from(layer.mask.data, (line, i) => Number(line === 1 && layer.slope.data[i] === 0 && layer.intercept.data[i] === 0)) // prettier-ignore
        : new Array<number>(neurons).fill(0),
    ),
  )
}

function total(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + flag, 0)
}

function tooManyLines(network: Network, ratio: number, wanted: number, possible: number): EspalierError {
  return new EspalierError(
    'prune/ratio',
    `A ratio of ${ratio} asks for ${wanted} neurons at zero, but only ${possible} of "${network.name}" are no lines.`,
    'Choose a smaller ratio, or prune the network before grafting it.',
  )
}
