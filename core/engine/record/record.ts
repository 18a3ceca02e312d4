// Records a program: runs its build function on symbolic inputs and keeps the values of its outputs.
import { EspalierError } from '../../contract/errors.ts'
import type { Precision, ProgramDefinition, TensorSpec } from '../program.ts'
import { tf } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'
import { Graph } from './graph.ts'
import { recorder, recorderName } from './recorder.ts'
import type { Value } from './value.ts'

export interface Recording<I extends string, O extends string> {
  readonly name: string
  readonly precision: Precision
  readonly inputs: Readonly<Record<I, Value>>
  readonly outputs: Readonly<Record<O, Value>>
}

/**
 * Runs `build` once on the recording backend; no tensor outlives it.
 * @throws EspalierError 'engine/kernel-missing' for a kernel that cannot be recorded, 'engine/failed' for tensors left behind.
 */
export function record<I extends string, O extends string>(
  definition: ProgramDefinition<I, O>,
  precision: Precision,
  block: number | null = null,
): Recording<I, O> {
  const graph = new Graph(precision, block)
  const before = tf.getBackend() as string | undefined
  const tensors = tf.engine().state.numTensors
  void tf.setBackend(recorderName)
  try {
    const recorded = recorder.during(definition.name, graph, () => buildInScope(definition, graph, precision))
    checkNothingLeft(definition.name, tf.engine().state.numTensors - tensors)
    return recorded
  } finally {
    if (before !== undefined && before !== recorderName) void tf.setBackend(before)
  }
}

function buildInScope<I extends string, O extends string>(
  definition: ProgramDefinition<I, O>,
  graph: Graph,
  precision: Precision,
): Recording<I, O> {
  const engine = tf.engine()
  engine.startScope(definition.name)
  try {
    const inputs = mapRecord(definition.inputs, (spec: TensorSpec, name) =>
      graph.input(name, spec.shape, spec.dtype ?? 'float32'),
    )
    const tensors = definition.build(mapRecord(inputs, (value) => recorder.tensor(value)))
    const outputs = mapRecord(tensors, (tensor: Tensor) => recorder.value(tensor.dataId))
    for (const tensor of Object.values<Tensor>(tensors)) tensor.dispose()
    return { name: definition.name, precision, inputs, outputs }
  } finally {
    engine.endScope()
  }
}

function mapRecord<K extends string, A, B>(record: Readonly<Record<K, A>>, map: (value: A, key: K) => B): Record<K, B> {
  const entries = Object.entries(record) as [K, A][]
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value, key)])) as Record<K, B>
}

function checkNothingLeft(program: string, left: number): void {
  if (left === 0) return
  throw new EspalierError(
    'engine/failed',
    `Building program ${program} left ${left} tensors behind.`,
    'Return every tensor kept with tf.keep() as an output.',
  )
}
