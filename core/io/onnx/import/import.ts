// Reads an ONNX model as a network and checks the network against ONNX Runtime.
import { withinMemory } from '../../../data/memory.ts'
import { decodeModel, type ModelProto } from '../../../engine/onnx/schema.ts'
import type { Network } from '../../../nn/index.ts'
import { corrupt, unsupported } from './failure.ts'
import { translateGraph, type Port, type Translation } from './graph.ts'
import { maximumBytes, maximumWork } from './limits.ts'
import { workOf } from './work.ts'

export type { Port, Translation } from './graph.ts'

/** An imported model. */
export interface ImportedModel {
  /** Its inputs and outputs are flat, in the order of the model's own row-major elements. */
  readonly network: Network
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** Largest absolute difference from ONNX Runtime over random inputs. */
  readonly difference: number
  /** Operator names that occur, sorted. */
  readonly operators: readonly string[]
}

export interface ImportOptions {
  /** Name of the network; default: the graph's own. */
  readonly name?: string
}

/** Operator sets of the ONNX standard that are read. */
const oldestOpset = 7
const newestOpset = 21

/**
 * Reads the bytes of an `.onnx` file (opset 7–21), and runs the network beside ONNX Runtime.
 * @throws EspalierError 'model/corrupt' for broken bytes, 'model/unsupported' naming the operator and node that is not
 *   read or where the results differ, 'model/shape' where layers do not fit, 'data/too-large' where memory runs out.
 */
export function importOnnx(bytes: Uint8Array, options: ImportOptions = {}): Promise<ImportedModel> {
  return withinMemory('The model', () => importChecked(bytes, options))
}

async function importChecked(bytes: Uint8Array, options: ImportOptions): Promise<ImportedModel> {
  const translation = translateOnnx(bytes, options)
  // Late: whoever only translates needs no ONNX Runtime.
  const { compareWithRuntime } = await import('./compare.ts')
  const difference = await compareWithRuntime(bytes, translation)
  const inputs = translation.inputs.map(({ name, shape, offset }) => ({ name, shape, offset }))
  return { ...translation, inputs, difference }
}

/** The same without ONNX Runtime: nothing has checked the result. Errors as `importOnnx`. */
export function translateOnnx(bytes: Uint8Array, options: ImportOptions = {}): Translation {
  if (bytes.length > maximumBytes) throw unsupported(`The model has ${bytes.length} bytes`)
  const model = decoded(bytes)
  const opset = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version
  if (opset === undefined) throw corrupt('it names no operator set of the ONNX standard')
  if (!(opset >= oldestOpset && opset <= newestOpset)) {
    throw unsupported(
      `The model is of operator set ${opset}; ${oldestOpset} to ${newestOpset} are read`,
      'Convert the model with onnx.version_converter, or export it again for opset 13.',
    )
  }
  const translation = translateGraph(model.graph, opset, options.name ?? (model.graph.name || 'imported'))
  const work = workOf(translation.network)
  if (work > maximumWork) throw unsupported(`One evaluation of the model takes ${work.toPrecision(2)} products`)
  return translation
}

function decoded(bytes: Uint8Array): ModelProto {
  let model: ModelProto
  try {
    model = decodeModel(bytes)
  } catch (cause) {
    throw corrupt('it is no protobuf message of a model', { cause })
  }
  if ((model.graph as unknown) === null) throw corrupt('it has no graph')
  return model
}
