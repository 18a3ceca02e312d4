// Seeded damage to the meaning of a model: other operators, wires, shapes and attributes in well-formed bytes.
import type { SeededRandom } from '../../../core/data/random.ts'
import {
  decodeModel,
  encodeModel,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
} from '../../../core/engine/onnx/schema.ts'
import { operators } from '../../../core/io/onnx/import/registry.ts'
import { pick } from '../mutate.ts'

const oddNumbers = [-1, 0, 1, 2, 3, 7, 100, 65_536, 2 ** 31, -(2 ** 31), 2 ** 40, 2 ** 52]
const names = Object.keys(operators)

/** The model with one to three changes to its nodes, constants or inputs. */
export function mutatedModel(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  let { graph, ...rest } = decodeModel(bytes)
  const values = [...graph.node.flatMap(({ output }) => output), ...graph.initializer.map(({ name }) => name), 'x', '']
  for (let change = 1 + pick(random, 3); change > 0; change--) {
    switch (pick(random, 8)) {
      case 0:
        graph = { ...graph, initializer: oneOf(graph.initializer, random, (tensor) => oddShape(tensor, random)) }
        break
      case 1:
        graph = { ...graph, initializer: oneOf(graph.initializer, random, (tensor) => oddBytes(tensor, random)) }
        break
      case 2: {
        const dim = () => ({ dimValue: oddNumbers[pick(random, oddNumbers.length)] })
        const shape = { dim: Array.from({ length: pick(random, 6) }, dim) }
        graph = {
          ...graph,
          input: graph.input.map((info) => ({ ...info, type: { tensorType: { elemType: 1, shape } } })),
        }
        break
      }
      default:
        graph = { ...graph, node: oneOf(graph.node, random, (node) => oddNode(node, values, random)) }
    }
  }
  if (pick(random, 10) === 0) rest = { ...rest, opsetImport: [{ domain: '', version: 7 + pick(random, 15) }] }
  return encodeModel({ ...rest, graph })
}

function oddNode(node: NodeProto, values: readonly string[], random: SeededRandom): NodeProto {
  switch (pick(random, 4)) {
    case 0:
      return { ...node, opType: names[pick(random, names.length)] }
    case 1:
      return { ...node, input: oneOf(node.input, random, () => values[pick(random, values.length)]) }
    case 2:
      return { ...node, input: node.input.slice(0, pick(random, node.input.length + 1)) }
    default:
      return { ...node, attribute: oneOf(node.attribute, random, (attribute) => oddAttribute(attribute, random)) }
  }
}

function oddAttribute(attribute: AttributeProto, random: SeededRandom): AttributeProto {
  const odd = (): number => oddNumbers[pick(random, oddNumbers.length)]
  const { ints = [] } = attribute
  if (ints.length > 0) return { ...attribute, ints: oneOf(ints, random, odd).slice(pick(random, 4) === 0 ? 1 : 0) }
  return { ...attribute, i: odd(), f: odd() }
}

function oddShape(tensor: TensorProto, random: SeededRandom): TensorProto {
  const dims = oneOf(tensor.dims, random, () => oddNumbers[pick(random, oddNumbers.length)])
  return { ...tensor, dims: pick(random, 2) === 0 ? dims : tensor.dims.toReversed() }
}

function oddBytes(tensor: TensorProto, random: SeededRandom): TensorProto {
  return { ...tensor, rawData: tensor.rawData?.map((byte) => (pick(random, 4) === 0 ? pick(random, 256) : byte)) }
}

function oneOf<T>(list: readonly T[], random: SeededRandom, change: (item: T) => T): T[] {
  const at = pick(random, Math.max(list.length, 1))
  return list.map((item, i) => (i === at ? change(item) : item))
}
