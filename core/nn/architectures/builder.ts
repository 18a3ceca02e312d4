// Lays out an architecture layer by layer, with PyTorch's default initialisation drawn from a seed.
import { SeededRandom } from '../../data/random.ts'
import { sizeOf, type Layer, type Parameter, type Shape } from '../layer.ts'
import { windowOutput, type Pads, type Strides } from '../layers/window.ts'
import { createNetwork, INPUT, shapeFailure, type Network, type NetworkDescription } from '../network.ts'

/** Convolution options as the papers write them; `pad` may be one number or four sides. */
export interface ConvOptions {
  readonly kernel: number
  readonly stride?: number
  readonly pad?: number | Pads
}

type DescribedNode = NetworkDescription['nodes'][number]

/** Collects nodes; each method returns the id of the node it made, and continues from the last one unless told where. */
export class ArchitectureBuilder {
  readonly name: string
  readonly #inputShape: Shape
  readonly #random: SeededRandom
  readonly #nodes: DescribedNode[] = []
  readonly #shapes = new Map<string, Shape>()
  #last = INPUT

  constructor(name: string, inputShape: Shape, seed: number) {
    this.name = name
    this.#inputShape = inputShape
    this.#random = new SeededRandom(seed)
    this.#shapes.set(INPUT, inputShape)
  }

  /** Id of the newest node. */
  get last(): string {
    return this.#last
  }

  add(id: string, layer: Layer, shape: Shape, inputs: readonly string[] = [this.#last]): string {
    this.#nodes.push({ id, layer, inputs })
    this.#shapes.set(id, shape)
    this.#last = id
    return id
  }

  dense(id: string, out: number): string {
    const features = sizeOf(this.#shape())
    const layer: Layer = { kind: 'dense', ...this.#weights(id, [out, features], features) }
    return this.add(id, layer, [out])
  }

  conv(id: string, out: number, options: ConvOptions, from: string = this.#last): string {
    const { kernel, stride = 1, pad = 0 } = options
    const input = this.#shape(from)
    const strides: Strides = [stride, stride]
    const pads: Pads = typeof pad === 'number' ? [pad, pad, pad, pad] : pad
    const weights = this.#weights(id, [out, input[0], kernel, kernel], input[0] * kernel * kernel)
    const size = windowOutput(input, [kernel, kernel], strides, pads, shapeFailure(id, 'conv2d'))
    return this.add(id, { kind: 'conv2d', ...weights, strides, pads }, [out, ...size], [from])
  }

  batchNorm(id: string): string {
    const channels = this.#shape()[0]
    const filled = (value: number): Parameter => ({ shape: [channels], data: new Float32Array(channels).fill(value) })
    const layer: Layer = {
      kind: 'batchNorm',
      gamma: filled(1),
      beta: filled(0),
      mean: filled(0),
      variance: filled(1),
      epsilon: 1e-5,
    }
    return this.add(id, layer, this.#shape())
  }

  /** An activation (or any layer without parameters that keeps the shape). */
  activation(id: string, kind: 'relu' | 'sigmoid'): string {
    return this.add(id, { kind }, this.#shape())
  }

  /** Flattens, where there is something to flatten. */
  flatten(): string {
    return this.#shape().length === 1 ? this.#last : this.add('flatten', { kind: 'flatten' }, [sizeOf(this.#shape())])
  }

  sum(id: string, left: string, right: string): string {
    return this.add(id, { kind: 'add' }, this.#shape(left), [left, right])
  }

  /** y = (x - mean[c]) / deviation[c], as a layer of the network. */
  normalise(mean: readonly number[], deviation: readonly number[]): string {
    const scale = Float32Array.from(deviation, (value) => 1 / value)
    const shift = Float32Array.from(mean, (value, c) => -value / deviation[c])
    const layer: Layer = {
      kind: 'affine',
      scale: { shape: [scale.length], data: scale },
      shift: { shape: [shift.length], data: shift },
    }
    return this.add('normalise', layer, this.#shape())
  }

  build(): Network {
    return createNetwork({ name: this.name, inputShape: this.#inputShape, nodes: this.#nodes })
  }

  #shape(id: string = this.#last): Shape {
    return this.#shapes.get(id) ?? []
  }

  /** Uniform in ±1/sqrt(fan-in), weights and biases alike (torch.nn.Linear and Conv2d defaults: Kaiming uniform, a = sqrt 5). */
  #weights(id: string, shape: Shape, fanIn: number): { weight: Parameter; bias: Parameter } {
    const bound = 1 / Math.sqrt(fanIn)
    const draw = (of: string, drawn: Shape): Parameter => {
      const random = this.#random.fork(`${id}.${of}`)
      const data = new Float32Array(sizeOf(drawn))
      for (let i = 0; i < data.length; i++) data[i] = bound * (2 * random.uniform() - 1)
      return { shape: drawn, data }
    }
    return { weight: draw('weight', shape), bias: draw('bias', [shape[0]]) }
  }
}
