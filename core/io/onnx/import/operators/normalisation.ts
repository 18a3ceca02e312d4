// BatchNormalization of a trained network: running statistics, per channel.
import { sizeOf, type Parameter, type Shape } from '../../../../nn/index.ts'
import type { Operation, OperatorRule } from '../operation.ts'

export const batchNormalization: OperatorRule = (operation) => {
  const { attributes, draft } = operation
  if (attributes.int('training_mode', 0) !== 0) operation.refuse('it is in training mode')
  if (attributes.int('spatial', 1) !== 1) operation.refuse('it has statistics per pixel (spatial = 0)')
  const x = operation.signal(0)
  if (x.shape.length < 2 || x.shape[0] !== 1) operation.refuse(`its input has the shape ${x.shape.join('×')}`)
  const [, channels] = x.shape
  const [gamma, beta, mean, variance] = ['scale', 'bias', 'mean', 'variance'].map((name, i) =>
    perChannel(operation, i + 1, name, channels),
  )
  const epsilon = attributes.float('epsilon', 1e-5)
  const layer = { kind: 'batchNorm', gamma, beta, mean, variance, epsilon } as const
  return { ...x, node: draft.add(layer, [draft.placed(x, layerShape(x.shape))]), index: null }
}

function layerShape([, channels, ...pixels]: Shape): Shape {
  if (pixels.length === 0) return [channels]
  return pixels.length === 2 ? [channels, ...pixels] : [channels, 1, sizeOf(pixels)]
}

function perChannel(operation: Operation, position: number, name: string, channels: number): Parameter {
  const { data } = operation.constant(position, name)
  if (data.length !== channels) operation.broken(`its ${name} has ${data.length} numbers for ${channels} channels`)
  return { shape: [channels], data }
}
