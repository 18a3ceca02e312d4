// A network over a box as a mixed-integer linear programme, built on demand: only what the asked-for outputs depend on.
import type { Box, OutputRows, PreActivationBounds } from '../../bounds/box.ts'
import { sizeOf, type GraftedReluLayer } from '../../nn/layer.ts'
import { evaluateNodes64 } from '../../nn/evaluate64.ts'
import { INPUT, nodeById, shapeOf, type Network, type NetworkNode } from '../../nn/network.ts'
import { affineTerms, isAffine, type AffineLayerOf } from './affine-layers.ts'
import { Accumulator, columnExpression, constantExpression, type Expression } from './expression.ts'
import {
  absorbTinyTerms,
  encodeRelu,
  nameExpression,
  rangeOf,
  type ColumnRole,
  type Definition,
  type NeuronLog,
  type PhaseEncoding,
} from './relu-rows.ts'
import { ModelBuilder } from './sparse-model.ts'

/** Matrix entries beyond which a model is not handed to the solver. */
const MAX_NONZEROS = 8_000_000

/** Why a network cannot be encoded; verifiers turn it into `unknown` with this reason. */
export class NotEncodable extends Error {
  override readonly name = 'NotEncodable'
}

/** The value of a column at an input of the network. */
type Derived = (output: Float64Array, input: Float64Array) => number

interface ColumnMeaning {
  readonly column: number
  readonly role: ColumnRole
  /** Activation node and neuron the column belongs to. */
  readonly node: NetworkNode
  readonly neuron: number
}

/**
 * The encoding of a network over a box, with big-M constants from `bounds` (by the node that feeds the activation; intersected with what the
 * columns' own bounds imply). Ask for expressions, then `builder.build` a model from them.
 *
 * @throws NotEncodable from `output`, `rows` and `preActivation`: sigmoid layers, weights that are not finite, models too large.
 */
export class Encoding {
  readonly builder = new ModelBuilder()
  readonly #network: Network
  readonly #bounds: PreActivationBounds
  readonly #accumulator = new Accumulator()
  readonly #values = new Map<string, (Expression | undefined)[]>()
  readonly #inputs: readonly Expression[]
  readonly #meanings: ColumnMeaning[] = []
  readonly #derived: { readonly column: number; readonly value: Derived }[] = []
  readonly #phases: PhaseEncoding
  readonly #definitions: Definition[] = []

  /** With `phases` 'triangle' there are no binaries: the linear programme itself is the relaxation, with fewer columns. */
  constructor(network: Network, box: Box, bounds: PreActivationBounds, phases: PhaseEncoding = 'binary') {
    this.#network = network
    this.#bounds = bounds
    this.#phases = phases
    this.#inputs = Array.from(box.lower, (lower, i) =>
      lower === box.upper[i]
        ? constantExpression(lower)
        : columnExpression(
            this.builder.addColumn(lower, box.upper[i]),
            Math.max(Math.abs(lower), Math.abs(box.upper[i])),
          ),
    )
  }

  /** Number of ReLUs with a binary so far. */
  get binaries(): number {
    return this.#meanings.reduce((count, { role }) => count + (role === 'phase' ? 1 : 0), 0)
  }

  /** Rows that define pre-activations so far, every one after those it depends on. */
  get definitions(): readonly Definition[] {
    return this.#definitions
  }

  /** Row r of `rows` as an expression. */
  row(rows: OutputRows, r: number): Expression {
    const outputs = rows.coefficients.length / rows.rows
    const terms: [number, Expression][] = []
    for (let o = 0; o < outputs; o++) {
      const coefficient = rows.coefficients[r * outputs + o]
      if (coefficient !== 0) terms.push([coefficient, this.#element(this.#network.output, o)])
    }
    for (const [coefficient, expression] of terms) this.#accumulator.add(coefficient, expression)
    this.#accumulator.addConstant(rows.offsets[r])
    return this.#accumulator.take()
  }

  /** Adds a column with bounds whose value follows from outputs and input; the caller adds the rows that tie it down. */
  addDerived(lower: number, upper: number, value: Derived): number {
    const column = this.builder.addColumn(lower, upper)
    this.#derived.push({ column, value })
    return column
  }

  /** Adds a 0/1 column that is 1 where `chosen` says so. */
  addPick(chosen: (output: Float64Array) => boolean): number {
    const column = this.builder.addBinary()
    this.#derived.push({ column, value: (output) => (chosen(output) ? 1 : 0) })
    return column
  }

  /** Input i as an expression: a column, or a constant where the box has no width. */
  input(i: number): Expression {
    return this.#inputs[i]
  }

  /** One element of a node that feeds an activation. */
  preActivation(source: string, neuron: number): Expression {
    return this.#element(source, neuron)
  }

  /** Adds the row z ≥ 0 (active) or z ≤ 0 for one element of a node that feeds an activation. */
  constrain(source: string, neuron: number, active: boolean): void {
    const { indices, values, constant, slack } = absorbTinyTerms(this.builder, this.#element(source, neuron))
    if (active) this.builder.addRow(-(constant + slack.upper), Infinity, indices, values)
    else this.builder.addRow(-Infinity, -(constant + slack.lower), indices, values)
  }

  /** Values of all columns when the network's input is `x`: a feasible point of every model built from this encoding. */
  assignment(x: Float64Array): Float64Array {
    const values = evaluateNodes64(this.#network, x)
    const point = new Float64Array(this.builder.columns)
    this.#inputs.forEach(({ indices }, i) => {
      if (indices.length > 0) point[indices[0]] = x[i]
    })
    for (const { column, role, node, neuron } of this.#meanings) {
      const z = values.get(node.inputs[0])?.[neuron] ?? NaN
      point[column] = valueFor[role](z)
    }
    const output = values.get(this.#network.output) ?? x
    for (const { column, value } of this.#derived) point[column] = value(output, x)
    return point
  }

  /** The network input of a point of the model. */
  inputOf(point: Float64Array): Float64Array {
    return Float64Array.from(this.#inputs, ({ indices, constant }) =>
      indices.length > 0 ? point[indices[0]] : constant,
    )
  }

  #element(id: string, index: number): Expression {
    if (id === INPUT) return this.#inputs[index]
    let values = this.#values.get(id)
    if (!values) {
      values = Array.from({ length: sizeOf(shapeOf(this.#network, id)) }, () => undefined)
      this.#values.set(id, values)
    }
    return (values[index] ??= this.#compute(nodeById(this.#network, id), index))
  }

  #compute(node: NetworkNode, index: number): Expression {
    if (isAffine(node.layer)) return this.#affine(node, node.layer, index)
    if (node.layer.kind === 'relu') return this.#relu(node, index)
    if (node.layer.kind === 'graftedRelu') return this.#graftedRelu(node, node.layer, index)
    throw new NotEncodable(`the layer "${node.id}" (${node.layer.kind}) is not piecewise linear`)
  }

  #affine(node: NetworkNode, layer: AffineLayerOf, index: number): Expression {
    const terms: [number, Expression][] = []
    let constant = 0
    affineTerms(layer, index, shapeOf(this.#network, node.inputs[0]), node.shape, {
      term: (weight, element, which = 0) => {
        if (weight !== 0) terms.push([weight, this.#element(node.inputs[which], element)])
      },
      constant: (value) => (constant += value),
    })
    for (const [weight, expression] of terms) this.#accumulator.add(weight, expression)
    this.#accumulator.addConstant(constant)
    const sum = this.#accumulator.take()
    if (!isFiniteExpression(sum)) throw new NotEncodable(`the layer "${node.id}" has weights that are not finite`)
    if (this.builder.nonzeros > MAX_NONZEROS) throw new NotEncodable('the network is too large for a linear programme')
    return sum
  }

  #relu(node: NetworkNode, index: number): Expression {
    const given = this.#bounds.get(node.inputs[0])
    // Neurons known to be off need no input expression, and so nothing that only they depend on.
    if (given && given.upper[index] <= 0) return constantExpression(0)
    const z = this.#element(node.inputs[0], index)
    return encodeRelu(this.builder, z, this.#range(node, index, z), this.#phases, this.#log(node, index))
  }

  #graftedRelu(node: NetworkNode, layer: GraftedReluLayer, index: number): Expression {
    if (layer.mask.data[index] !== 1) return this.#relu(node, index)
    const slope = layer.slope.data[index]
    const intercept = layer.intercept.data[index]
    if (!Number.isFinite(slope) || !Number.isFinite(intercept))
      throw new NotEncodable(`the layer "${node.id}" has weights that are not finite`)
    if (slope === 0) return constantExpression(intercept)
    const z = this.#element(node.inputs[0], index)
    const named = nameExpression(this.builder, z, rangeOf(this.builder, z), this.#log(node, index))
    this.#accumulator.add(slope, named)
    this.#accumulator.addConstant(intercept)
    return this.#accumulator.take()
  }

  #log(node: NetworkNode, neuron: number): NeuronLog {
    return {
      column: (column, role) => this.#meanings.push({ column, role, node, neuron }),
      definition: (definition) => this.#definitions.push(definition),
    }
  }

  /** The given bounds intersected with the interval of the expression; NaN bounds count as none. */
  #range(node: NetworkNode, index: number, z: Expression): { lower: number; upper: number } {
    const own = rangeOf(this.builder, z)
    const given = this.#bounds.get(node.inputs[0])
    const lower = given && given.lower[index] > own.lower ? given.lower[index] : own.lower
    const upper = given && given.upper[index] < own.upper ? given.upper[index] : own.upper
    return lower <= upper ? { lower, upper } : own
  }
}

function isFiniteExpression({ values, constant }: Expression): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false
  return Number.isFinite(constant)
}

const valueFor: { readonly [R in ColumnRole]: (z: number) => number } = {
  pre: (z) => z,
  active: (z) => Math.max(z, 0),
  value: (z) => Math.max(z, 0),
  inactive: (z) => Math.max(-z, 0),
  phase: (z) => (z > 0 ? 1 : 0),
}
