// Small proofs by hand: whole boxes, random cells and random trees for random networks.
import { SeededRandom } from '../../core/data/random.ts'
import { ALPHA_STEPS } from '../../core/certify/activation.ts'
import { prepareGraph, type Graph } from '../../core/certify/graph.ts'
import { ProofCheck, type Claim } from '../../core/certify/check.ts'
import { Pace } from '../../core/certify/pace.ts'
import type { NeuronList, Proof, SplitTree } from '../../core/certify/proof.ts'
import type { Box } from '../../core/bounds/box.ts'
import { createNetwork, evaluateNodes64, type Layer, type Network } from '../../core/nn/index.ts'
import { families, parameter, randomNetwork, dense } from '../verify/random-networks.ts'

export const kinds = [...families, 'sigmoid', 'graftedSigmoid', 'gather'] as const
export type Kind = (typeof kinds)[number]

/** The families of the verifiers' tests, and three kinds that brute force does not know. */
export function networkOf(kind: Kind, seed: number): Network {
  if (kind !== 'sigmoid' && kind !== 'graftedSigmoid' && kind !== 'gather') return randomNetwork(kind, seed)
  const random = new SeededRandom(seed).fork(kind)
  const scale = kind === 'gather' ? 1 : 4
  const other: Layer = { kind: kind === 'gather' ? 'relu' : 'sigmoid' }
  const mask = { shape: [6], data: Float32Array.of(1, 0, 0, 1, 0, 1) }
  const graft: Layer = {
    kind: 'graftedSigmoid',
    mask,
    slope: parameter(random, [6], 1),
    intercept: parameter(random, [6], 1),
  }
  return createNetwork({
    name: `${kind} ${seed}`,
    inputShape: [3],
    nodes: [
      { id: 'a', layer: { ...dense(random, 6, 3), weight: parameter(random, [6, 3], scale) } as never },
      { id: 'ra', layer: kind === 'graftedSigmoid' ? graft : other },
      { id: 'pick', layer: { kind: 'gather', shape: [5], indices: [5, 0, 0, 3, 1] } },
      { id: 'b', layer: dense(random, 5, 5) },
      { id: 'rb', layer: other },
      { id: 'c', layer: dense(random, 3, 5) },
    ],
  })
}

/** Every neuron of every activation. */
export function everyNeuron(graph: Graph): NeuronList {
  return {
    activations: graph.activations.map(({ id, size }) => ({
      id,
      neurons: Int32Array.from({ length: size }, (_, i) => i),
    })),
  }
}

export function neuronCount(list: NeuronList): number {
  return list.activations.reduce((sum, { neurons }) => sum + neurons.length, 0)
}

/** A random complete tree with random slopes and multipliers. */
export function randomTree(
  random: SeededRandom,
  neurons: number,
  depth: number,
  splittable: (k: number) => boolean,
): SplitTree {
  const splits: number[] = []
  const alpha: number[] = []
  const beta: number[] = []
  const grow = (path: readonly number[]): void => {
    const free = Array.from({ length: neurons }, (_, k) => k).filter((k) => splittable(k) && !path.includes(k))
    if (path.length === depth || free.length === 0) {
      splits.push(-1)
      for (let k = 0; k < neurons; k++) alpha.push(Math.round(random.uniform() * ALPHA_STEPS))
      for (let k = 0; k < path.length; k++) beta.push(random.uniform() < 0.3 ? 0 : random.uniform() ** 3)
      return
    }
    const k = free[Math.floor(random.uniform() * free.length)]
    splits.push(k)
    grow([...path, k])
    grow([...path, k])
  }
  grow([])
  return {
    splits: Int32Array.from(splits),
    alpha: Uint16Array.from(alpha),
    beta: Float32Array.from(beta),
    mix: null,
  }
}

/** A check whose neurons are bounded by rule. */
export async function boundedCheck(network: Network, claim: Claim): Promise<ProofCheck> {
  const graph = prepareGraph(network)
  const check = new ProofCheck(graph, claim, new Pace())
  for (const place of graph.activations.keys()) await check.boundNeurons(place, undefined)
  return check
}

/** One cell for every row, slopes by rule. */
export function wholeBoxProof(rows: number): Proof {
  const leaf: SplitTree = {
    splits: Int32Array.of(-1),
    alpha: new Uint16Array(0),
    beta: new Float32Array(0),
    mix: null,
  }
  return { neurons: [], list: { activations: [] }, trees: Array.from({ length: rows }, () => leaf), halvings: null }
}

export function randomPoint(random: SeededRandom, { lower, upper }: Box): Float64Array {
  return lower.map((low, i) => {
    const corner = random.uniform()
    if (corner < 0.2) return low
    return corner < 0.4 ? upper[i] : low + random.uniform() * (upper[i] - low)
  })
}

/** Inputs of every activation at a point, by the activation's id. */
export function preActivations(network: Network, x: Float64Array): Map<string, Float64Array> {
  const values = evaluateNodes64(network, x)
  return new Map(
    network.nodes
      .filter(({ layer }) => ['relu', 'graftedRelu', 'graftedSigmoid', 'sigmoid'].includes(layer.kind))
      .map(({ id, inputs }) => [id, values.get(inputs[0]) as Float64Array]),
  )
}
