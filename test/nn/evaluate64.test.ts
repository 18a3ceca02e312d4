// Plain float64 evaluation of every layer kind, against numbers worked out by hand.
import { describe, expect, it } from 'vitest'
import { createNetwork, evaluate64, evaluateNodes64, type Layer, type Parameter } from '../../core/nn/index.ts'

const parameter = (shape: number[], values: number[]): Parameter => ({ shape, data: Float32Array.from(values) })

function output(layer: Layer, inputShape: number[], x: number[]): number[] {
  const network = createNetwork({ name: 'one layer', inputShape, nodes: [{ id: 'layer', layer }] })
  return Array.from(evaluate64(network, Float64Array.from(x)))
}

describe('evaluate64', () => {
  it('dense: W x + b', () => {
    const layer: Layer = {
      kind: 'dense',
      weight: parameter([2, 3], [1, 2, 3, -1, 0, 1]),
      bias: parameter([2], [10, -10]),
    }
    expect(output(layer, [3], [1, 2, 3])).toEqual([24, -8])
  })

  it('conv2d: cross-correlation, zero padding above and to the right only, stride 2 across', () => {
    // padded rows: [0 0 0 0], [1 2 3 0], [4 5 6 0]; kernel [[1 10], [100 1000]] at columns 0 and 2
    const weight = parameter([1, 1, 2, 2], [1, 10, 100, 1000])
    const layer: Layer = { kind: 'conv2d', weight, bias: parameter([1], [0.5]), strides: [1, 2], pads: [1, 0, 0, 1] }
    expect(output(layer, [1, 2, 3], [1, 2, 3, 4, 5, 6])).toEqual([2100.5, 300.5, 5421.5, 603.5])
  })

  it('conv2d: sums over input channels, one filter per output channel', () => {
    const weight = parameter([2, 2, 1, 1], [1, 10, -1, 2])
    const layer: Layer = { kind: 'conv2d', weight, bias: parameter([2], [0, 1]), strides: [1, 1], pads: [0, 0, 0, 0] }
    expect(output(layer, [2, 1, 2], [1, 2, 3, 4])).toEqual([31, 42, 6, 7])
  })

  it('batchNorm: by feature and by channel', () => {
    const layer: Layer = {
      kind: 'batchNorm',
      gamma: parameter([2], [2, 1]),
      beta: parameter([2], [1, 0]),
      mean: parameter([2], [3, 0]),
      variance: parameter([2], [3, 15]),
      epsilon: 1,
    }
    expect(output(layer, [2], [5, 8])).toEqual([3, 2])
    expect(output(layer, [2, 1, 2], [5, 3, 8, -4])).toEqual([3, 1, 2, -1])
  })

  it('relu, sigmoid', () => {
    expect(output({ kind: 'relu' }, [3], [-1, 0, 2])).toEqual([0, 0, 2])
    const [half, most, none] = output({ kind: 'sigmoid' }, [3], [0, Math.log(3), -800])
    expect([half, none]).toEqual([0.5, 0])
    expect(most).toBeCloseTo(0.75, 15)
  })

  it('graftedRelu: a line where the mask is 1', () => {
    const layer: Layer = {
      kind: 'graftedRelu',
      mask: parameter([4], [0, 0, 1, 1]),
      slope: parameter([4], [9, 9, 0.5, 0.5]),
      intercept: parameter([4], [9, 9, 0.25, 0.25]),
    }
    expect(output(layer, [4], [-2, 2, -2, 2])).toEqual([0, 2, -0.75, 1.25])
  })

  it('affine, flatten, add', () => {
    const affine: Layer = { kind: 'affine', scale: parameter([2], [2, 3]), shift: parameter([2], [1, -1]) }
    expect(output(affine, [2, 1, 2], [1, 2, 3, 4])).toEqual([3, 5, 8, 11])
    const network = createNetwork({
      name: 'sum',
      inputShape: [1, 1, 2],
      nodes: [
        { id: 'r', layer: { kind: 'relu' } },
        { id: 's', layer: { kind: 'add' }, inputs: ['r', 'input'] },
        { id: 'f', layer: { kind: 'flatten' } },
      ],
    })
    const nodes = evaluateNodes64(network, Float64Array.of(-3, 4))
    expect(nodes.get('r')).toEqual(Float64Array.of(0, 4))
    expect(nodes.get('f')).toEqual(Float64Array.of(-3, 8))
  })

  it('avgPool: padded zeros count', () => {
    const layer: Layer = { kind: 'avgPool', kernel: [2, 2], strides: [2, 1], pads: [0, 0, 1, 1] }
    expect(output(layer, [1, 3, 2], [4, 8, 12, 16, 20, 24])).toEqual([10, 6, 11, 6])
  })

  it('refuses a point of a wrong length', () => {
    expect(() => output({ kind: 'relu' }, [3], [1, 2])).toThrow(/takes 3 numbers, not 2/)
  })
})
