// Slice, Gather and Split: chosen positions along axes.
import { checkedSize } from '../tensor.ts'
import type { Operation, OperatorRule } from '../operation.ts'
import { viewed, type Value } from '../value.ts'
import { picked } from '../views.ts'

export const slice: OperatorRule = (operation) => {
  const { attributes, opset } = operation
  const inputs = opset >= 10
  const rank = operation.input(0).shape.length
  const list = (position: number, name: string): readonly number[] | undefined => {
    if (!inputs) return attributes.ints(name, undefined)
    return operation.optional(position) === null ? undefined : operation.numbers(position, `list of ${name}`)
  }
  const starts = list(1, 'starts') ?? operation.broken('it has no starts')
  const ends = list(2, 'ends') ?? operation.broken('it has no ends')
  const axes = list(3, 'axes') ?? starts.map((_, axis) => axis)
  const steps = inputs ? list(4, 'steps') : undefined
  if (ends.length !== starts.length || axes.length !== starts.length) operation.broken('its lists differ in length')
  return axes.reduce<Value>((value, given, i) => {
    const axis = operation.axis(given, rank)
    const picks = range(operation, value.shape[axis], starts[i], ends[i], steps?.[i] ?? 1)
    return viewed(value, picked(value.shape, axis, picks))
  }, operation.input(0))
}

/** Python's slice of positions 0 … extent − 1. */
function range(operation: Operation, extent: number, start: number, end: number, step: number): number[] {
  if (!Number.isInteger(step) || step === 0) operation.broken(`its step is ${step}`)
  const counted = (position: number): number => (position < 0 ? position + extent : position)
  const clamp = (position: number, low: number, high: number): number => Math.min(Math.max(position, low), high)
  const [low, high] = step > 0 ? [0, extent] : [-1, extent - 1]
  const picks: number[] = []
  const last = clamp(counted(end), low, high)
  for (let at = clamp(counted(start), low, high); step > 0 ? at < last : at > last; at += step) picks.push(at)
  return picks
}

export const gather: OperatorRule = (operation) => {
  const value = operation.input(0)
  const axis = operation.axis(operation.attributes.int('axis', 0), value.shape.length)
  const indices = operation.constant(1, 'list of positions')
  const extent = value.shape[axis]
  const picks = Array.from(indices.data, (position) => (position < 0 ? position + extent : position))
  const outside = picks.find((position) => !Number.isInteger(position) || position < 0 || position >= extent)
  if (outside !== undefined) operation.broken(`position ${outside} does not exist on an axis of ${extent}`)
  const shape = [...value.shape.slice(0, axis), ...indices.shape, ...value.shape.slice(axis + 1)]
  checkedSize(shape, operation.title)
  return { ...viewed(value, picked(value.shape, axis, picks)), shape }
}

export const split: OperatorRule = (operation) => {
  const value = operation.input(0)
  const axis = operation.axis(operation.attributes.int('axis', 0), value.shape.length)
  const extent = value.shape[axis]
  const sizes = partSizes(operation, extent)
  if (sizes.reduce((total, part) => total + part, 0) !== extent) {
    operation.broken(`parts of ${sizes.join()} do not make an axis of ${extent}`)
  }
  let from = 0
  return sizes.map((part) => {
    const picks = Array.from({ length: part }, (_, i) => from + i)
    from += part
    return viewed(value, picked(value.shape, axis, picks))
  })
}

function partSizes(operation: Operation, extent: number): readonly number[] {
  const given =
    operation.attributes.ints('split', undefined) ??
    (operation.optional(1) === null ? undefined : operation.numbers(1, 'list of parts'))
  if (given) return given.every((part) => part >= 0) ? given : operation.broken('a part is smaller than nothing')
  const parts = operation.attributes.int('num_outputs', operation.outputs)
  if (!(parts > 0 && parts <= extent)) operation.broken(`an axis of ${extent} cannot have ${parts} parts`)
  const each = Math.ceil(extent / parts)
  return Array.from({ length: parts }, (_, i) => Math.min(each, extent - i * each))
}
