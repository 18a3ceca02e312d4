// The architectures have the exact neuron, weight and parameter counts of spec A.2, and PyTorch's default weights.
import { describe, expect, it } from 'vitest'
import { EspalierError } from '../../core/contract/errors.ts'
import {
  activationNodes,
  allParameters,
  architectureNames,
  buildArchitecture,
  countNeurons,
  countNonzeroWeights,
  countParameters,
  countWeights,
  layerTable,
  networkHash,
  trainableParameters,
  withParameters,
  type ArchitectureName,
  type Network,
} from '../../core/nn/index.ts'

const mnist = [1, 28, 28]
const cifar = [3, 32, 32]
/** Built once: the large ones take their time. */
const built = new Map<string, Network>()
function architecture(name: ArchitectureName, shape: number[]): Network {
  const key = `${name} ${shape.join('×')}`
  const network = built.get(key) ?? buildArchitecture(name, shape, 1)
  built.set(key, network)
  return network
}
const neuronsOf = (name: ArchitectureName, shape: number[]): number[] =>
  activationNodes(architecture(name, shape)).map(({ neurons }) => neurons)

describe('counts of spec A.2', () => {
  it.each<[ArchitectureName, number[], number, number | null, number | null]>([
    ['net1', mnist, 112, 52_896, null],
    ['net1', [784], 112, 52_896, null],
    ['net2', mnist, 224, 110_912, null],
    ['convSmall', mnist, 3604, null, null],
    ['convSmall', cifar, 4852, null, null],
    ['cnnB', cifar, 16_634, null, 2_118_856],
    ['convBig', mnist, 48_064, null, 1_974_762],
    ['convBig', cifar, 62_464, null, 2_466_858],
    ['convBigEighth', mnist, 6008, null, 31_590],
    ['resnet4b', cifar, 14_436, null, 123_734],
    ['convHuge', cifar, 229_888, null, 17_190_602],
    ['sigmoidCnn', cifar, 4096 + 2048, null, 784 + 8224 + 20_490],
  ])('%s on %j: %i neurons, %s weights, %s parameters', (name, shape, neurons, weights, parameters) => {
    const network = architecture(name, shape)
    expect(countNeurons(network)).toBe(neurons)
    if (weights !== null) expect(countWeights(network)).toBe(weights)
    if (parameters !== null) expect(countParameters(network)).toBe(parameters)
  })

  it('has the neurons where the papers have them', () => {
    expect(neuronsOf('net1', mnist)).toEqual([64, 32, 16])
    expect(neuronsOf('net2', mnist)).toEqual([128, 64, 32])
    expect(neuronsOf('convBig', mnist)).toEqual([25_088, 6272, 12_544, 3136, 512, 512])
    expect(neuronsOf('convBig', cifar)).toEqual([32_768, 8192, 16_384, 4096, 512, 512])
    expect(neuronsOf('cnnB', cifar)).toEqual([8192, 8192, 250])
    expect(neuronsOf('convSmall', mnist)).toEqual([2704, 800, 100])
    expect(neuronsOf('convSmall', cifar)).toEqual([3600, 1152, 100])
    expect(neuronsOf('resnet4b', cifar)).toEqual([4096, 2048, 2048, 2048, 2048, 512, 512, 512, 512, 100])
    expect(neuronsOf('convHuge', cifar)).toEqual([65_536, 65_536, 32_768, 32_768, 32_768, 512])
  })

  it('adds gamma and beta per channel with batch norm', () => {
    const network = buildArchitecture('convHuge', cifar, 1, { batchNorm: true })
    expect(countParameters(network)).toBe(17_190_602 + 2 * (64 + 64 + 128 + 128 + 128 + 512))
    expect(countNeurons(network)).toBe(229_888)
    const kinds = network.nodes.slice(0, 3).map(({ layer }) => layer.kind)
    expect(kinds).toEqual(['conv2d', 'batchNorm', 'relu'])
  })
})

describe('initialisation', () => {
  it('is uniform within 1/sqrt(fan-in), for weights and biases', () => {
    const fanIn: Record<string, number> = {
      conv1: 27,
      conv2: 576,
      conv3: 576,
      conv4: 1152,
      conv5: 1152,
      dense1: 32_768,
      dense2: 512,
    }
    for (const { name, parameter } of trainableParameters(architecture('convHuge', cifar))) {
      const bound = 1 / Math.sqrt(fanIn[name.split('.')[0]])
      const { data } = parameter
      let sum = 0
      let largest = 0
      for (const value of data) {
        sum += value * value
        largest = Math.max(largest, Math.abs(value))
      }
      expect(largest).toBeLessThanOrEqual(Math.fround(bound))
      if (data.length < 1000) continue
      expect(largest).toBeGreaterThan(0.99 * bound)
      expect(sum / data.length / ((bound * bound) / 3)).toBeCloseTo(1, 1)
    }
  })

  it('depends on the seed alone', () => {
    const hash = (seed: number) => networkHash(buildArchitecture('net1', mnist, seed))
    expect(hash(1)).toBe(hash(1))
    expect(hash(1)).not.toBe(hash(2))
  })

  it('starts batch norm at the identity', () => {
    const layer = buildArchitecture('net1', mnist, 1).nodes.find(({ id }) => id === 'bn1')?.layer
    expect(layer).toMatchObject({ epsilon: 1e-5 })
    const values = allParameters(buildArchitecture('net1', mnist, 1)).filter(({ name }) => name.startsWith('bn1'))
    const sums = values.map(({ parameter }) => (parameter.data as Float32Array).reduce((sum, value) => sum + value, 0))
    expect(sums).toEqual([64, 0, 0, 64])
  })
})

describe('names, tables, refusals', () => {
  it('lists every architecture and builds it', () => {
    expect(architectureNames).toHaveLength(9)
    for (const name of architectureNames) expect(architecture(name, cifar).name).toBe(name)
  })

  it('tabulates the layers', () => {
    const [flatten, dense, norm, relu] = layerTable(buildArchitecture('net1', mnist, 1))
    expect(flatten).toEqual({
      id: 'flatten',
      kind: 'flatten',
      inputShape: mnist,
      outputShape: [784],
      parameters: 0,
      neurons: 0,
    })
    expect(dense).toMatchObject({ id: 'dense1', inputShape: [784], outputShape: [64], parameters: 50_240, neurons: 0 })
    expect([norm.parameters, relu.parameters, relu.neurons]).toEqual([128, 0, 64])
  })

  it('refuses a flat input for convolutions, an image that is too small, an unknown parameter', () => {
    expect(() => buildArchitecture('cnnB', [3072], 1)).toThrow(EspalierError)
    expect(() => buildArchitecture('convSmall', [1, 8, 8], 1)).toThrow(/"conv2" \(conv2d\): padded input/)
    const network = buildArchitecture('net1', [4], 1)
    expect(() => withParameters(network, { 'dense9.weight': new Float32Array(1) })).toThrow(
      /no parameter "dense9.weight"/,
    )
    expect(() => withParameters(network, { 'dense1.bias': new Float32Array(1) })).toThrow(/length of bias.* 64 .* 1/)
  })

  it('replaces parameters without touching the original, and counts non-zero weights', () => {
    const network = buildArchitecture('net1', [4], 1)
    const changed = withParameters(network, {
      'dense1.weight': new Float32Array(256),
      'bn1.mean': new Float32Array(64).fill(2),
    })
    expect(countNonzeroWeights(network) - countNonzeroWeights(changed)).toBe(256)
    expect(allParameters(changed).find(({ name }) => name === 'bn1.mean')?.parameter.data[0]).toBe(2)
    expect(allParameters(network).find(({ name }) => name === 'bn1.mean')?.parameter.data[0]).toBe(0)
  })

  it('reports roles in node order', () => {
    const roles = trainableParameters(buildArchitecture('net1', [4], 1)).slice(0, 5)
    expect(roles.map(({ name, role }) => `${name}:${role}`)).toEqual([
      'dense1.weight:weight',
      'dense1.bias:bias',
      'bn1.gamma:gamma',
      'bn1.beta:beta',
      'dense2.weight:weight',
    ])
  })
})
