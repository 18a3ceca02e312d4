// Conv, with groups and dilations written out into one dense kernel.
import type { Layer } from '../../../../nn/index.ts'
import type { Pads } from '../../../../nn/layers/window.ts'
import { matrix } from '../affine.ts'
import type { Operation, OperatorRule } from '../operation.ts'
import type { Constant } from '../value.ts'
import { imageResult, imageShape, readWindow } from '../window.ts'

type Numbers = Constant['data']

/** Weights [out, in of a group, kh, kw] and what to make of them. */
interface Kernel {
  readonly data: Numbers
  readonly out: number
  readonly groupChannels: number
  readonly groups: number
  readonly size: readonly [number, number]
  readonly dilations: readonly [number, number]
}

export const conv: OperatorRule = (operation) => {
  const x = operation.signal(0)
  const [channels, height, width] = imageShape(operation, x)
  const spatial = x.shape.length === 3 ? 1 : 2
  const weights = operation.constant(1, 'kernel')
  if (weights.shape.length !== spatial + 2) operation.broken(`its kernel has the shape ${weights.shape.join('×')}`)
  const [out, groupChannels, ...sides] = weights.shape
  const size: [number, number] = spatial === 1 ? [1, sides[0]] : [sides[0], sides[1]]
  const groups = operation.attributes.int('group', 1)
  if (groupChannels * groups !== channels || out % groups !== 0) {
    operation.broken(`kernel ${weights.shape.join('×')} in ${groups} groups does not fit ${channels} channels`)
  }
  const window = readWindow(operation, [height, width], spatial, size)
  const { dilations, strides } = window
  const dense = expanded(operation, { data: weights.data, out, groupChannels, groups, size, dilations })
  const { source, pads } = unpadded(operation, operation.draft.placed(x, [channels, height, width]), window.pads)
  const shape = [out, channels, (size[0] - 1) * dilations[0] + 1, (size[1] - 1) * dilations[1] + 1]
  const bias = biasOf(operation, out, weights.data)
  const layer: Layer = {
    kind: 'conv2d',
    weight: { shape, data: dense },
    bias: { shape: [out], data: bias },
    strides,
    pads,
  }
  const node = operation.draft.add(layer, [source])
  return { kind: 'signal', node, shape: imageResult(x.shape.length, out, window.size), index: null }
}

function biasOf(operation: Operation, out: number, like: Numbers): Numbers {
  const given = operation.optionalConstant(2, 'bias')
  if (given && given.data.length !== out) operation.broken(`its bias has ${given.data.length} numbers for ${out}`)
  return given?.data ?? (like instanceof Float32Array ? new Float32Array(out) : new Float64Array(out))
}

/** What the padded node pads, and the padding of both together. */
function unpadded({ draft }: Operation, node: string, pads: Pads): { source: string; pads: Pads } {
  const padding = draft.zeroPadded.get(node)
  if (!padding) return { source: node, pads }
  const [top, left, bottom, right] = pads.map((pad, side) => pad + padding.pads[side])
  return { source: padding.source, pads: [top, left, bottom, right] }
}

/** The same convolution with one group and no dilation: zeros where the kernel skips. */
function expanded(operation: Operation, kernel: Kernel): Numbers {
  const { data, out, groupChannels, groups, size, dilations } = kernel
  if (groups === 1 && dilations[0] === 1 && dilations[1] === 1) return data
  const channels = groupChannels * groups
  const height = (size[0] - 1) * dilations[0] + 1
  const width = (size[1] - 1) * dilations[1] + 1
  const dense = matrix(operation, out, channels * height * width)
  const result = data instanceof Float32Array ? new Float32Array(dense.length) : dense
  let at = 0
  for (let channel = 0; channel < out; channel++) {
    const first = Math.floor(channel / (out / groups)) * groupChannels
    for (let source = first; source < first + groupChannels; source++)
      for (let ky = 0; ky < size[0]; ky++)
        for (let kx = 0; kx < size[1]; kx++)
          result[((channel * channels + source) * height + ky * dilations[0]) * width + kx * dilations[1]] = data[at++]
  }
  return result
}
