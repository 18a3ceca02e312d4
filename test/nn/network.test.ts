// Construction: shapes are checked with both shapes named, wiring mistakes are refused, the result is frozen.
import { describe, expect, it } from 'vitest'
import { EspalierError } from '../../core/contract/errors.ts'
import { createNetwork, type Layer, type NetworkDescription, type Parameter } from '../../core/nn/index.ts'

const filled = (...shape: number[]): Parameter => ({
  shape,
  data: new Float32Array(shape.reduce((size, dimension) => size * dimension, 1)),
})
const dense = (out: number, features: number): Layer => ({
  kind: 'dense',
  weight: filled(out, features),
  bias: filled(out),
})
const conv: Layer = {
  kind: 'conv2d',
  weight: filled(4, 3, 5, 5),
  bias: filled(4),
  strides: [1, 1],
  pads: [0, 0, 0, 0],
}

function failure(nodes: NetworkDescription['nodes'], inputShape = [784], output?: string): EspalierError {
  try {
    createNetwork({ name: 'test', inputShape, nodes, ...(output === undefined ? {} : { output }) })
  } catch (error) {
    if (error instanceof EspalierError) return error
  }
  throw new Error('nothing was refused')
}

describe('createNetwork', () => {
  it('infers shapes, with asymmetric padding and strides', () => {
    const network = createNetwork({
      name: 'test',
      inputShape: [3, 32, 32],
      nodes: [
        { id: 'conv', layer: { ...conv, strides: [2, 2], pads: [1, 1, 2, 2] } },
        { id: 'pool', layer: { kind: 'avgPool', kernel: [2, 3], strides: [2, 3], pads: [0, 1, 0, 1] } },
        { id: 'flat', layer: { kind: 'flatten' } },
        { id: 'out', layer: dense(10, 192) },
      ],
    })
    expect(network.nodes.map(({ shape }) => shape)).toEqual([[4, 16, 16], [4, 8, 6], [192], [10]])
  })

  it.each<[string, NetworkDescription['nodes'], number[], RegExp]>([
    ['dense input', [{ id: 'fc', layer: dense(10, 100) }], [784], /"fc" \(dense\).* 100 .* 784/],
    ['conv channels', [{ id: 'c', layer: conv }], [1, 28, 28], /"c" \(conv2d\).*3×h×w.*1×28×28/],
    ['conv on a flat input', [{ id: 'c', layer: conv }], [784], /"c" \(conv2d\).*3×h×w.*784/],
    ['kernel larger than the image', [{ id: 'c', layer: conv }], [3, 4, 28], /5×5.*4×28/],
    ['bias', [{ id: 'fc', layer: { ...dense(10, 784), bias: filled(9) } as Layer }], [784], /bias.* 10 .* 9/],
    [
      'batch norm',
      [
        {
          id: 'bn',
          layer: {
            kind: 'batchNorm',
            gamma: filled(2),
            beta: filled(3),
            mean: filled(3),
            variance: filled(3),
            epsilon: 0,
          },
        },
      ],
      [3, 5, 5],
      /"bn" \(batchNorm\).*gamma.* 3 .* 2/,
    ],
    [
      'batch norm epsilon',
      [
        {
          id: 'bn',
          layer: {
            kind: 'batchNorm',
            gamma: filled(3),
            beta: filled(3),
            mean: filled(3),
            variance: filled(3),
            epsilon: NaN,
          },
        },
      ],
      [3],
      /epsilon.*NaN/,
    ],
    [
      'normalisation',
      [{ id: 'n', layer: { kind: 'affine', scale: filled(3), shift: filled(3) } }],
      [1, 5, 5],
      /scale.* 1 .* 3/,
    ],
    [
      'graft',
      [{ id: 'g', layer: { kind: 'graftedRelu', mask: filled(3), slope: filled(4), intercept: filled(4) } }],
      [4],
      /"g" \(graftedRelu\).*mask.* 4 .* 3/,
    ],
    [
      'sum',
      [
        { id: 'a', layer: dense(4, 784) },
        { id: 'b', layer: dense(5, 4) },
        { id: 's', layer: { kind: 'add' }, inputs: ['a', 'b'] },
      ],
      [784],
      /"s" \(add\).* 4 .* 5/,
    ],
    ['strides', [{ id: 'c', layer: { ...conv, strides: [0, 1] } }], [3, 9, 9], /"c".*strides.*0×1/],
    ['pads', [{ id: 'c', layer: { ...conv, pads: [0, -1, 0, 0] } }], [3, 9, 9], /"c".*pads/],
    [
      'pool on a flat input',
      [{ id: 'p', layer: { kind: 'avgPool', kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] } }],
      [16],
      /"p" \(avgPool\)/,
    ],
    [
      'pool padding as wide as its kernel',
      [{ id: 'p', layer: { kind: 'avgPool', kernel: [2, 3], strides: [2, 2], pads: [0, 0, 2, 0] } }],
      [1, 9, 9],
      /"p" \(avgPool\): padding should be smaller than the kernel 2×3 but is 0×0×2×0/,
    ],
    [
      'one input for a sum',
      [{ id: 's', layer: { kind: 'add' } }],
      [4],
      /"s" \(add\): the number of inputs should be 2 but is 1/,
    ],
  ])('names the layer and both shapes: %s', (_name, nodes, inputShape, message) => {
    const error = failure(nodes, inputShape)
    expect(error.code).toBe('model/shape')
    expect(error.message).toMatch(message)
    expect(error.hint).not.toBe('')
  })

  it('refuses data of a wrong length and a mask that is not 0 or 1', () => {
    const short: Layer = { ...dense(2, 3), weight: { shape: [2, 3], data: new Float32Array(5) } } as Layer
    expect(failure([{ id: 'fc', layer: short }], [3]).message).toMatch(/length of weight.* 6 .* 5/)
    const mask = { shape: [2], data: Float32Array.of(1, 0.5) }
    const graft: Layer = { kind: 'graftedRelu', mask, slope: filled(2), intercept: filled(2) }
    expect(failure([{ id: 'g', layer: graft }], [2]).message).toMatch(
      /mask should be only 0 and 1 but is 0.5 at index 1/,
    )
  })

  it('refuses bad wiring: order, duplicates, ids, loose ends, unknown outputs, impossible shapes', () => {
    const relu: Layer = { kind: 'relu' }
    const message = (...args: Parameters<typeof failure>) => failure(...args).message
    expect(
      message([
        { id: 'a', layer: relu, inputs: ['b'] },
        { id: 'b', layer: relu },
      ]),
    ).toMatch(/"a" reads "b"/)
    expect(
      message([
        { id: 'a', layer: relu },
        { id: 'a', layer: relu },
      ]),
    ).toMatch(/two layers are called "a"/)
    expect(message([{ id: 'input', layer: relu }])).toMatch(/two layers are called "input"/)
    for (const id of ['', 'a.b', '__proto__', '1'])
      expect(message([{ id, layer: relu }])).toMatch(/cannot be a layer id/)
    expect(
      message([
        { id: 'a', layer: relu },
        { id: 'b', layer: relu, inputs: ['input'] },
      ]),
    ).toMatch(/"a" does not contribute/)
    expect(message([{ id: 'a', layer: relu }], [4], 'z')).toMatch(/output "z"/)
    for (const shape of [[0], [-1], [1.5], [NaN]]) expect(message([], shape)).toMatch(/positive integer/)
  })

  it('is frozen to the leaves', () => {
    const network = createNetwork({ name: 'test', inputShape: [3], nodes: [{ id: 'fc', layer: dense(2, 3) }] })
    const { layer } = network.nodes[0]
    const parts = [network, network.inputShape, network.nodes, network.nodes[0], network.nodes[0].inputs, layer]
    for (const part of parts) expect(Object.isFrozen(part)).toBe(true)
    expect(layer.kind === 'dense' && Object.isFrozen(layer.weight.shape)).toBe(true)
  })
})
