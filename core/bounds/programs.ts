// The recorded programs of bound propagation: one CROWN pass, and several α,β-CROWN iterations in one call.
import type { ProgramDefinition, TensorSpec } from '../engine/engine.ts'
import { tf, type Tensor } from '../engine/tensor.ts'
import { ascendDomains, ascendRows, type AscentOptions } from './ascent.ts'
import type { BackwardResult } from './backward.ts'
import { concretise, minimiser, roundingScale, type BoxTensors } from './concretise.ts'
import { mixRows, passAt } from './evaluate.ts'
import type { Cone } from './graph.ts'
import { relaxationOf } from './relaxation/index.ts'
import { trueOutputs } from './relaxed-forward.ts'
import { roundingInputs } from './rounding.ts'
import { join, prepare, type Given, type Relaxed } from './relaxed.ts'
import { splitInputs, Splits } from './splits.ts'
import { givenVariables } from './variables.ts'

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
  /** Most splits of a row in one activation, where rows are domains; null: rows of the root. */
  readonly splits: number | null
  /**
   * Rows given as mixtures of this many shared rows (`mix` [rows, mixed], `shared`, `sharedOffset`) instead of `start`
   * and `offset`; 0: not mixed.
   */
  readonly mixed: number
  /** Whether the minimisers are wanted (of an ascent's last iterate), and Λ from a single pass. */
  readonly points: boolean
  /** Whether a single pass gives out the linear function of the input that it ends as, and Λ. */
  readonly linear?: boolean
}

export type CrownOutput = 'bound' | 'scale' | 'coefficients' | 'point' | 'input'
export type AscentOutput = 'bound' | 'alpha' | 'variables' | 'first' | 'second'
export type DomainOutput =
  'bound' | 'slack' | 'alpha' | 'beta' | 'mix' | 'coefficients' | 'outputs' | 'points' | 'input'

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
  if (splits !== null) Object.assign(inputs, splitInputs(cone, rows, splits))
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
      const nothing = tf.zeros([1, 1])
      return {
        bound: tf.add(concretise(result, box), given.offset),
        scale: roundingScale(cone, result, given),
        coefficients: shape.points || shape.linear ? allCoefficients(cone, result, shape.rows) : nothing,
        point: shape.points ? minimiser(result, box) : nothing,
        input: shape.linear ? result.input : nothing,
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
  const relaxed = relaxedRows(cone, shape, given)
  const result = passAt(relaxed, given, givenVariables(relaxed, given)).pass
  return { result, given, box: { centre: given.centre, radius: given.radius } }
}

function relaxedRows(cone: Cone, { splits }: ProgramShape, given: Given): Relaxed {
  return { cone, relaxations: prepare(cone, given), splits: Splits.of(cone, splits, given) }
}

/** `iterations` steps of the α of rows at the root, from where an earlier call ended (spec C.4). */
export function ascentDefinition(
  cone: Cone,
  shape: ProgramShape,
  iterations: number,
  key: string,
): ProgramDefinition<string, AscentOutput> {
  return {
    name: `ascent ${cone.start}`,
    key: `ascent ${key} ${cone.start} ${JSON.stringify({ shape, iterations })}`,
    inputs: { ...soundInputs(cone, shape), ...carriedInputs(cone, shape), steps: { shape: [1, iterations] } },
    build: (given) => {
      const { bound, alpha, variables, moments } = ascendRows(relaxedRows(cone, shape, given), given, iterations)
      const { first, second } = moments ?? { first: given.first, second: given.second }
      return { bound, alpha: join(alpha), variables: join(variables), first, second }
    },
  }
}

/** A few steps of the α, β and mixtures of domains (spec C.5), with what a search ranks neurons and looks for counterexamples by. */
export function domainDefinition(
  cone: Cone,
  shape: ProgramShape,
  options: AscentOptions,
  key: string,
): ProgramDefinition<string, DomainOutput> {
  return {
    name: `domains ${cone.start}`,
    key: `domains ${key} ${cone.start} ${JSON.stringify({ shape, options })}`,
    inputs: { ...soundInputs(cone, shape), steps: { shape: [shape.rows, options.iterations] } },
    build: (given) => {
      const result = ascendDomains(relaxedRows(cone, shape, given), given, options)
      const { bound, slack, alphas, beta, mix, pass, point, values } = result
      const nothing = tf.zeros([1, 1])
      return {
        bound,
        slack: slack ?? nothing,
        alpha: alphas.length > 0 ? join(alphas) : nothing,
        beta: beta ?? nothing,
        mix: mix ?? nothing,
        coefficients: allCoefficients(cone, pass, shape.rows),
        outputs: trueOutputs(cone.network, values),
        points: shape.points ? point : nothing,
        input: pass.input,
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
