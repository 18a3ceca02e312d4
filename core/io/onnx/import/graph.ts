// Walks an ONNX graph once, operator by operator, and builds the network that computes the same.
import type { GraphProto, NodeProto } from '../../../engine/onnx/schema.ts'
import { sizeOf, type Network, type Shape } from '../../../nn/index.ts'
import { Draft } from './draft.ts'
import { corrupt, unsupported } from './failure.ts'
import { maximumNodes } from './limits.ts'
import { Operation, type OperatorRule } from './operation.ts'
import { concatenated } from './operators/concat.ts'
import { readInputs, type GraphInput } from './inputs.ts'
import { isOperator, operators } from './registry.ts'
import { checkedSize, readTensor } from './tensor.ts'
import { viewed, type Signal, type Value } from './value.ts'

/** One input or output of the model: its numbers lie at `offset` of the network's flat input or output. */
export interface Port {
  readonly name: string
  /** ONNX shape, batch axis included (an unknown batch is 1). */
  readonly shape: Shape
  readonly offset: number
}

export interface Translation {
  readonly network: Network
  readonly inputs: readonly GraphInput[]
  readonly outputs: readonly Port[]
  /** Operator names that occur, sorted. */
  readonly operators: readonly string[]
}

/** Translates the graph of a model with operator set `opset`. @throws EspalierError 'model/corrupt', 'model/unsupported' */
export function translateGraph(graph: GraphProto, opset: number, name: string): Translation {
  if (graph.node.length > maximumNodes) throw unsupported(`The model has ${graph.node.length} nodes`)
  const walk = new GraphWalk(graph, opset)
  for (const [position, node] of graph.node.entries()) walk.step(node, position)
  return walk.finish(name)
}

class GraphWalk {
  readonly #graph: GraphProto
  readonly #opset: number
  readonly #values = new Map<string, Value>()
  readonly #readers: ReadonlyMap<string, number>
  readonly #inputs: readonly GraphInput[]
  readonly #draft: Draft

  constructor(graph: GraphProto, opset: number) {
    this.#graph = graph
    this.#opset = opset
    this.#readers = countReaders(graph)
    for (const tensor of graph.initializer)
      this.#define(tensor.name, readTensor(tensor, `the constant "${tensor.name}"`))
    const { inputs, inputShape } = readInputs(graph.input.filter((input) => !this.#values.has(input.name)))
    this.#inputs = inputs
    this.#draft = new Draft(inputShape)
    for (const input of inputs) this.#define(input.name, input.signal)
  }

  step(node: NodeProto, position: number): void {
    const { opType, domain = '' } = node
    const label = [node.name, node.output.at(0), `${opType}-${position}`].find((text) => text) ?? ''
    const title = `${domain === '' || domain === 'ai.onnx' ? '' : `${domain}.`}${opType} "${label}"`
    const rule = ruleFor(opType, domain)
    if (!rule) throw unsupported(`The operator ${title} is not supported`)
    this.#draft.label = label
    const operation = new Operation({
      title,
      opType,
      opset: this.#opset,
      attributes: node.attribute,
      draft: this.#draft,
      outputs: node.output.length,
      inputs: node.input.map((input) => (input === '' ? null : this.#value(input, title))),
    })
    const result = rule(operation)
    const outputs: readonly Value[] = Array.isArray(result) ? (result as readonly Value[]) : [result as Value]
    const unread = operation.attributes.unread()
    if (unread.length > 0) operation.refuse(`its attribute ${unread.join(', ')} is not known`)
    for (const [i, value] of outputs.entries()) if (node.output[i]) this.#define(node.output[i], value)
  }

  finish(name: string): Translation {
    if (this.#graph.output.length === 0) throw corrupt('it has no output')
    const operation = this.#operation('output')
    let offset = 0
    const values = this.#graph.output.map((output) => this.#value(output.name, 'The graph'))
    const outputs = values.map(({ shape }, i): Port => {
      const port = { name: this.#graph.output[i].name, shape, offset }
      offset += sizeOf(shape)
      return port
    })
    const flat = values.map((value) => viewed(value, { shape: [sizeOf(value.shape)], index: null }))
    const joined = concatenated(operation, flat, [offset], 0)
    if (joined.kind === 'constant') throw unsupported('The output of the model does not depend on its input')
    this.#draft.label = 'output'
    const network = this.#draft.finish(name, this.#draft.placed(joined, [offset]))
    const names = [...new Set(this.#graph.node.map(({ opType }) => opType))].sort()
    return { network, inputs: this.#inputs, outputs, operators: names }
  }

  #operation(title: string): Operation {
    const draft = this.#draft
    return new Operation({ title, opType: '', opset: this.#opset, attributes: [], draft, outputs: 1, inputs: [] })
  }

  #value(name: string, reader: string): Value {
    const value = this.#values.get(name)
    if (!value) throw corrupt(`${reader} reads "${name}", which nothing before it gives`)
    return value
  }

  #define(name: string, value: Value): void {
    if (name === '') throw corrupt('a value has no name')
    if (this.#values.has(name)) throw corrupt(`two values are called "${name}"`)
    if (value.kind === 'signal') this.#checkSignal(name, value)
    this.#values.set(name, value)
  }

  /** Checks the size; a node that several operators read, or that is an output, is pinned. */
  #checkSignal(name: string, { shape, node }: Signal): void {
    if (checkedSize(shape, `the value "${name}"`) === 0) throw corrupt(`the value "${name}" is empty`)
    if ((this.#readers.get(name) ?? 0) > 1) this.#draft.pin(node)
  }
}

function ruleFor(opType: string, domain: string): OperatorRule | null {
  return (domain === '' || domain === 'ai.onnx') && isOperator(opType) ? operators[opType] : null
}

/** How often each name is read, as an input of an operator or an output of the graph. */
function countReaders(graph: GraphProto): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const names = [...graph.node.flatMap(({ input }) => input), ...graph.output.map(({ name }) => name)]
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
