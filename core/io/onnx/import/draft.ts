// The network under construction during an import: layers added one by one, with reshapes made only where a layer needs them.
import {
  createNetwork,
  INPUT,
  ruleOf,
  sameShape,
  sizeOf,
  type Layer,
  type Network,
  type Shape,
} from '../../../nn/index.ts'
import type { Pads } from '../../../nn/layers/window.ts'
import { shapeFailure } from '../../../nn/network.ts'
import { compact, type Signal } from './value.ts'

interface DraftNode {
  readonly id: string
  layer: Layer
  inputs: string[]
}

export class Draft {
  /** What the next layers are named after. */
  label = 'layer'
  /** Nodes that only pad another node with zeros, so that a convolution can take the padding over. */
  readonly zeroPadded = new Map<string, { readonly source: string; readonly pads: Pads }>()
  readonly #nodes = new Map<string, DraftNode>()
  readonly #shapes: Map<string, Shape>
  readonly #pinned = new Set<string>()
  readonly #placed = new WeakMap<Int32Array, Map<string, string>>()
  readonly #reshaped = new Map<string, string>()

  constructor(inputShape: Shape) {
    this.#shapes = new Map([[INPUT, inputShape]])
    this.#pinned.add(INPUT)
  }

  get nodeCount(): number {
    return this.#nodes.size
  }

  /** Shape of a node's output, without batch axis. */
  shapeOf(id: string): Shape {
    return this.#shapes.get(id) ?? []
  }

  /** Adds a layer and gives its id. @throws EspalierError 'model/shape' where it does not fit. */
  add(layer: Layer, inputs: readonly string[]): string {
    const id = this.#freeId()
    const shapes = inputs.map((input) => this.shapeOf(input))
    this.#shapes.set(id, ruleOf(layer).outputShape(layer, shapes, shapeFailure(id, layer.kind)))
    this.#nodes.set(id, { id, layer, inputs: [...inputs] })
    return id
  }

  /** A node's layer and what it reads; null for the input. */
  nodeOf(id: string): { readonly layer: Layer; readonly inputs: readonly string[] } | null {
    return this.#nodes.get(id) ?? null
  }

  /** The layer of a node that nothing but the value at hand reads, so that it may still be changed; else null. */
  openLayer(id: string): Layer | null {
    return this.#pinned.has(id) ? null : (this.#nodes.get(id)?.layer ?? null)
  }

  replace(id: string, layer: Layer): void {
    const node = this.#nodes.get(id)
    if (node) node.layer = layer
  }

  /** Marks a node that several operators read: its layer stays as it is. */
  pin(id: string): void {
    this.#pinned.add(id)
  }

  /** A node that holds the signal's elements in their own order in `shape`. */
  placed({ node, index: order }: Signal, shape: Shape): string {
    const index = compact(order, sizeOf(this.shapeOf(node)))
    if (index === null) return this.reshaped(node, shape)
    const cache = this.#placed.get(index) ?? new Map<string, string>()
    this.#placed.set(index, cache)
    const key = `${node} ${shape.join()}`
    const id = cache.get(key) ?? this.add({ kind: 'gather', shape, indices: Array.from(index) }, [node])
    cache.set(key, id)
    return id
  }

  /** The same elements in the same order as `shape`. */
  reshaped(node: string, shape: Shape): string {
    if (sameShape(this.shapeOf(node), shape)) return node
    const key = `${node} ${shape.join()}`
    const layer: Layer = shape.length === 1 ? { kind: 'flatten' } : { kind: 'gather', shape, indices: null }
    const id = this.#reshaped.get(key) ?? this.add(layer, [node])
    this.#reshaped.set(key, id)
    return id
  }

  flat(node: string): string {
    return this.reshaped(node, [sizeOf(this.shapeOf(node))])
  }

  /** The finished network: nodes that `output` does not need are left out. */
  finish(name: string, output: string): Network {
    const needed = new Set([output])
    const nodes = [...this.#nodes.values()].reverse().filter(({ id, inputs }) => {
      if (!needed.has(id)) return false
      for (const input of inputs) needed.add(input)
      return true
    })
    const inputShape = this.#absorbInputShape(nodes)
    return createNetwork({ name, inputShape, nodes: nodes.reverse(), output })
  }

  /** Where every reader of the input only reshapes it to one and the same shape, the input gets that shape instead. */
  #absorbInputShape(nodes: DraftNode[]): Shape {
    const inputShape = this.shapeOf(INPUT)
    const readers = nodes.filter(({ inputs }) => inputs.includes(INPUT))
    const [first] = readers
    if (readers.length !== 1 || first.layer.kind !== 'gather' || first.layer.indices !== null) return inputShape
    nodes.splice(nodes.indexOf(first), 1)
    for (const node of nodes) node.inputs = node.inputs.map((id) => (id === first.id ? INPUT : id))
    return first.layer.shape
  }

  #freeId(): string {
    const cleaned = this.label.replace(/[^\w-]+/g, '_').slice(0, 60)
    const base = /^[A-Za-z]/.test(cleaned) && cleaned !== INPUT ? cleaned : `n${cleaned}`
    let id = base
    for (let copy = 2; this.#nodes.has(id); copy++) id = `${base}-${copy}`
    return id
  }
}
