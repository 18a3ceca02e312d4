// Pad: zeros as a padded 1×1 convolution (or the next convolution's own padding), other kinds as chosen or added elements.
import { sizeOf, type Shape } from '../../../../nn/index.ts'
import type { Pads } from '../../../../nn/layers/window.ts'
import { filled, scaleShift } from '../affine.ts'
import { checkedSize } from '../tensor.ts'
import type { Operation, OperatorRule } from '../operation.ts'
import { constantOf, viewed, type Signal, type Value } from '../value.ts'
import { picked } from '../views.ts'
import { concatenated } from './concat.ts'

export const pad: OperatorRule = (operation) => {
  const { attributes, opset } = operation
  const value = operation.input(0)
  const rank = value.shape.length
  const inputs = opset >= 11
  const given = inputs ? operation.numbers(1, 'list of pads') : attributes.ints('pads', [])
  const fill = (inputs ? operation.optionalConstant(2, 'value')?.data[0] : attributes.float('value', 0)) ?? 0
  const named = inputs && operation.optional(3) !== null ? operation.numbers(3, 'list of axes') : undefined
  const axes = named?.map((axis) => operation.axis(axis, rank)) ?? Array.from({ length: rank }, (_, axis) => axis)
  if (given.length !== 2 * axes.length || !given.every(Number.isSafeInteger))
    operation.broken(`its pads are ${given.join()}`)
  const mode = attributes.text('mode', 'constant')
  const sides = value.shape.map((_, axis): [number, number] => {
    const at = axes.indexOf(axis)
    return at < 0 ? [0, 0] : [given[at], given[at + axes.length]]
  })
  checkedSize(
    value.shape.map((extent, axis) => Math.max(extent + sides[axis][0] + sides[axis][1], 0)),
    operation.title,
  )
  if (mode === 'constant') return filledPads(operation, cropped(value, sides), sides, fill)
  return sides.reduce((padded, side, axis) => chosenPads(operation, padded, axis, side, mode), value)
}

/** Negative pads take elements away. */
function cropped(value: Value, sides: readonly [number, number][]): Value {
  return sides.reduce((kept, [before, after], axis) => {
    const first = Math.max(-before, 0)
    const count = Math.max(kept.shape[axis] - first - Math.max(-after, 0), 0)
    return viewed(
      kept,
      picked(
        kept.shape,
        axis,
        Array.from({ length: count }, (_, i) => first + i),
      ),
    )
  }, value)
}

function filledPads(operation: Operation, value: Value, sides: readonly [number, number][], fill: number): Value {
  const grow = sides.map(([before, after]): [number, number] => [Math.max(before, 0), Math.max(after, 0)])
  if (grow.every(([before, after]) => before + after === 0)) return value
  const spatial =
    value.shape.length === 4 && value.shape[0] === 1 && grow[0].concat(grow[1]).every((count) => count === 0)
  if (value.kind === 'signal' && spatial) {
    const pads: Pads = [grow[2][0], grow[3][0], grow[2][1], grow[3][1]]
    return paddedImage(operation, value, pads, fill)
  }
  return grow.reduce((padded, [before, after], axis) => {
    const sized = (count: number): Shape => padded.shape.map((extent, a) => (a === axis ? count : extent))
    const block = (count: number): Value => constantOf(sized(count), new Float32Array(sizeOf(sized(count))).fill(fill))
    const parts = [...(before > 0 ? [block(before)] : []), padded, ...(after > 0 ? [block(after)] : [])]
    return concatenated(operation, parts, sized(before + padded.shape[axis] + after), axis)
  }, value)
}

/** The image less `fill`, padded with zeros by a 1×1 convolution, plus `fill`. */
function paddedImage(operation: Operation, x: Signal, pads: Pads, fill: number): Signal {
  const { draft } = operation
  const [, channels, height, width] = x.shape
  const lowered = scaleShift(operation, x, filled(x, 1), filled(x, -fill))
  const source = draft.placed(lowered, [channels, height, width])
  const data = new Float32Array(channels * channels)
  for (let channel = 0; channel < channels; channel++) data[channel * channels + channel] = 1
  const weight = { shape: [channels, channels, 1, 1], data }
  const bias = { shape: [channels], data: new Float32Array(channels) }
  const node = draft.add({ kind: 'conv2d', weight, bias, strides: [1, 1], pads }, [source])
  draft.pin(node)
  draft.zeroPadded.set(node, { source, pads })
  const shape = [1, channels, height + pads[0] + pads[2], width + pads[1] + pads[3]]
  const padded: Signal = { kind: 'signal', node, shape, index: null }
  return scaleShift(operation, padded, filled(padded, 1), filled(padded, fill))
}

/** Pads of the modes `edge` and `reflect`, which repeat elements of the axis. */
function chosenPads(
  operation: Operation,
  value: Value,
  axis: number,
  [before, after]: [number, number],
  mode: string,
): Value {
  const extent = value.shape[axis]
  if (mode !== 'edge' && mode !== 'reflect') return operation.refuse(`its mode is ${mode}`)
  if (mode === 'reflect' && Math.max(before, after) >= extent) operation.refuse('it reflects more than there is')
  const picks = Array.from({ length: Math.max(before + extent + after, 0) }, (_, i) => {
    const at = i - before
    if (mode === 'edge') return Math.min(Math.max(at, 0), extent - 1)
    return at < 0 ? -at : at < extent ? at : 2 * (extent - 1) - at
  })
  return viewed(value, picked(value.shape, axis, picks))
}
