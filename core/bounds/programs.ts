// The recorded programs of bound propagation: one CROWN pass, and several α,β-CROWN iterations in one call.
import type { ProgramDefinition, TensorSpec } from '../engine/engine.ts'
import { tf, type Tensor } from '../engine/tensor.ts'
import { ascend, mixRows, type AscentOptions, type Given } from './ascent.ts'
import { backward, type BackwardResult } from './backward.ts'
import { concretise, minimiser, roundingScale, type BoxTensors } from './concretise.ts'
import type { Cone } from './graph.ts'
import { relaxationOf } from './relaxation/index.ts'
import type { PreparedRelaxation } from './relaxation/relaxation.ts'
import { trueOutputs } from './relaxed-forward.ts'
import { roundingInputs } from './rounding.ts'
import { byActivation, clipped, prepare, relaxActivations } from './relaxed.ts'

/** What the tensors of a program look like. */
export interface ProgramShape {
  /** Rows bounded in one call. */
  readonly rows: number
  /** Whether every row has bounds of its own (domains) or all share one set (the root). */
  readonly ownBounds: boolean
  /** Whether every row has a box, arrays of relaxations and rounding weights of its own (windows). Default: shared. */
  readonly ownBox?: boolean
  /** Whether all rows have the same α (plain CROWN). Default: each has its own. */
  readonly sharedAlpha?: boolean
  /** Whether rows carry split constraints. */
  readonly splits: boolean
  /**
   * Rows given as mixtures of this many shared rows (`mix` [rows, mixed], `shared`, `sharedOffset`) instead of `start`
   * and `offset`; 0: not mixed.
   */
  readonly mixed: number
  /** Whether the minimisers are wanted (of an ascent's last iterate), and Λ from a single pass. */
  readonly points: boolean
  /** Whether an ascent goes on from an earlier call: inputs `first`, `second`, `bestBound`, `bestAlpha`. Default: no. */
  readonly carried?: boolean
}

export type CrownOutput = 'bound' | 'scale' | 'coefficients' | 'point'
export type AscentOutput =
  | 'bound'
  | 'slack'
  | 'alpha'
  | 'beta'
  | 'mix'
  | 'coefficients'
  | 'outputs'
  | 'points'
  | 'variables'
  | 'first'
  | 'second'

/** The inputs of a program; which there are depends on its shape. */
export function programInputs(
  cone: Cone,
  { rows, ownBounds, ownBox = false, sharedAlpha = false, splits, mixed }: ProgramShape,
): Record<string, TensorSpec> {
  const neurons = cone.neurons
  const boxes = ownBox ? rows : 1
  const inputs: Record<string, TensorSpec> = {
    centre: { shape: [boxes, cone.inputSize] },
    radius: { shape: [boxes, cone.inputSize] },
  }
  if (mixed > 0) {
    inputs.mix = { shape: [rows, mixed] }
    inputs.shared = { shape: [mixed, cone.startSize] }
    inputs.sharedOffset = { shape: [mixed, 1] }
  } else {
    inputs.start = { shape: [rows, cone.startSize] }
    inputs.offset = { shape: [rows] }
  }
  if (neurons === 0) return inputs
  inputs.lower = { shape: [ownBounds ? rows : 1, neurons] }
  inputs.upper = inputs.lower
  inputs.alpha = { shape: [sharedAlpha ? 1 : rows, neurons] }
  if (splits) {
    inputs.sign = { shape: [rows, neurons] }
    inputs.beta = inputs.sign
  }
  for (const { node, layer, neurons: size } of cone.activations)
    for (const name of relaxationOf(layer).arrays) inputs[`${node.id}/${name}`] = { shape: [boxes, size] }
  return inputs
}

/** One pass: lower bounds [rows], the scale of their rounding errors, Λ on every activation, and the minimisers. */
export function crownDefinition(cone: Cone, shape: ProgramShape, key: string): ProgramDefinition<string, CrownOutput> {
  return {
    name: `crown ${cone.start}`,
    key: `crown ${key} ${cone.start} ${JSON.stringify(shape)}`,
    inputs: soundInputs(cone, shape),
    build: (inputs) => {
      const { result, given, box } = onePass(cone, shape, inputs)
      return {
        bound: tf.add(concretise(result, box), given.offset),
        scale: roundingScale(cone, result, given),
        coefficients: shape.points ? allCoefficients(cone, result, shape.rows) : tf.zeros([1, 1]),
        point: shape.points ? minimiser(result, box) : tf.zeros([1, 1]),
      }
    },
  }
}

/** The lower bounds of one pass alone. */
export function boundDefinition(cone: Cone, shape: ProgramShape, key: string): ProgramDefinition<string, 'bound'> {
  return {
    name: `bound ${cone.start}`,
    key: `bound ${key} ${cone.start} ${JSON.stringify(shape)}`,
    inputs: programInputs(cone, shape),
    build: (inputs) => {
      const { result, given, box } = onePass(cone, shape, inputs)
      return { bound: tf.add(concretise(result, box), given.offset) }
    },
  }
}

function onePass(
  cone: Cone,
  shape: ProgramShape,
  inputs: Given,
): { result: BackwardResult; given: Given; box: BoxTensors } {
  const given = mixRows(inputs)
  const relaxed = prepare(cone, given)
  const pulls = shape.splits && cone.neurons > 0 ? byActivation(cone, tf.mul(given.sign, given.beta)) : []
  const alphas = cone.neurons === 0 ? [] : byActivation(cone, given.alpha)
  const own = alphas.map((alpha, k) => clipped(alpha, relaxed.get(cone.activations[k].node.id) as PreparedRelaxation))
  const activations = relaxActivations(cone, relaxed, own, pulls)
  const result = backward(cone, given.start, activations, given)
  return { result, given, box: { centre: given.centre, radius: given.radius } }
}

/** `options.iterations` ascent steps; the best bound of each row with the α and β that gave it. */
export function ascentDefinition(
  cone: Cone,
  shape: ProgramShape,
  options: AscentOptions,
  key: string,
): ProgramDefinition<string, AscentOutput> {
  return {
    name: `ascent ${cone.start}`,
    key: `ascent ${key} ${cone.start} ${JSON.stringify({ shape, options })}`,
    inputs: {
      ...soundInputs(cone, shape),
      ...(shape.carried ? carriedInputs(cone, shape) : {}),
      steps: { shape: [options.iterations, 1] },
    },
    build: (given) => {
      const relaxed = prepare(cone, given)
      const { bound, slack, alpha, beta, mix, last, point, values, variables, moments } = ascend(
        cone,
        relaxed,
        given,
        options,
      )
      const nothing = tf.zeros([1, 1])
      const carried = shape.carried ? moments : null
      return {
        bound,
        slack: (shape.splits && slack) || nothing,
        alpha,
        beta: beta ?? nothing,
        mix: mix ?? nothing,
        // Only a search ranks neurons and looks for counterexamples at the minimisers.
        coefficients: shape.splits ? allCoefficients(cone, last, shape.rows) : nothing,
        outputs: shape.splits ? trueOutputs(cone.network, values) : nothing,
        points: shape.points ? point : nothing,
        variables: carried ? variables : nothing,
        first: carried?.first ?? nothing,
        second: carried?.second ?? nothing,
      }
    },
  }
}

/** The inputs of a program that counts its rounding. */
function soundInputs(cone: Cone, shape: ProgramShape): Record<string, TensorSpec> {
  return { ...programInputs(cone, shape), ...roundingInputs(cone, shape.ownBox ? shape.rows : 1) }
}

/** State of an ascent over α alone, [rows, neurons] but `bestBound` [rows]. */
function carriedInputs({ neurons }: Cone, { rows }: ProgramShape): Record<string, TensorSpec> {
  const wide = { shape: [rows, neurons] }
  return { first: wide, second: wide, bestBound: { shape: [rows] }, bestAlpha: wide }
}

/** Λ on every activation's output, [rows, neurons of the cone]. */
export function allCoefficients(cone: Cone, { choices }: BackwardResult, rows: number): Tensor {
  const parts = cone.activations.flatMap(({ node }) => choices.get(node.id)?.coefficient ?? [])
  return parts.length === 0 ? tf.zeros([rows, 1]) : parts.length === 1 ? parts[0] : tf.concat(parts, 1)
}
