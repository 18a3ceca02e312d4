// Grafted activations read back: a sum that is a line of z in some neurons and the activation of z in all others is one layer.
import { sizeOf } from '../../../nn/index.ts'
import type { Draft } from './draft.ts'

/** scale[k]·x[k] + shift[k] over all elements of x in their order. */
interface Scaling {
  readonly scale: Float64Array
  readonly shift: Float64Array
}

/** Most scalings and reshapes that are looked through: an export writes three. A hostile file may chain thousands. */
const deepest = 4

const graftedKinds = { relu: 'graftedRelu', sigmoid: 'graftedSigmoid' } as const

/**
 * The node `line` + `open` as a graftedRelu or graftedSigmoid of z, where `open` is φ(z) in some neurons and 0 in the others,
 * and `line` is 0 in the former and any a·z + b in the latter: what an export writes for such a layer. Null for other sums.
 */
export function graftedActivation(draft: Draft, line: string, open: string): string | null {
  const activated = throughScalings(draft, open)
  const activation = draft.nodeOf(activated)
  const kind = activation?.layer.kind
  if (activation === null || (kind !== 'relu' && kind !== 'sigmoid')) return null
  const [z] = activation.inputs
  const kept = scalingFrom(draft, open, activated)
  const lines = scalingFrom(draft, line, z)
  if (kept === null || lines === null) return null
  const isOpen = (k: number): boolean => kept.scale[k] === 1 && lines.scale[k] === 0 && lines.shift[k] === 0
  const fits = kept.scale.every((value, k) => kept.shift[k] === 0 && (value === 0 || isOpen(k)))
  if (!fits) return null
  const shape = draft.shapeOf(z)
  const mask = { shape, data: Float32Array.from(kept.scale, (value) => 1 - value) }
  const slope = { shape, data: lines.scale }
  return draft.add({ kind: graftedKinds[kind], mask, slope, intercept: { shape, data: lines.shift } }, [z])
}

/** The first node below `id` that neither scales nor reshapes. */
function throughScalings(draft: Draft, id: string): string {
  let at = id
  for (let depth = 0; depth < deepest; depth++) at = scalingBelow(draft, at) ?? at
  return at
}

/** What a scaling or a reshape reads; null for all other nodes. */
function scalingBelow(draft: Draft, id: string): string | null {
  const node = draft.nodeOf(id)
  if (node === null) return null
  const { layer, inputs } = node
  const reshapes = layer.kind === 'flatten' || (layer.kind === 'gather' && layer.indices === null)
  return reshapes || layer.kind === 'affine' ? inputs[0] : null
}

/** How the elements of `id` follow from those of `source`; null where anything but scalings and reshapes stands between. */
function scalingFrom(draft: Draft, id: string, source: string, depth = 0): Scaling | null {
  const size = sizeOf(draft.shapeOf(id))
  if (id === source) return { scale: new Float64Array(size).fill(1), shift: new Float64Array(size) }
  const below = depth < deepest ? scalingBelow(draft, id) : null
  const inner = below === null ? null : scalingFrom(draft, below, source, depth + 1)
  const layer = draft.nodeOf(id)?.layer
  if (inner === null || layer?.kind !== 'affine') return inner
  const plane = size / layer.scale.data.length
  const at = (values: ArrayLike<number>, k: number): number => values[Math.floor(k / plane)]
  return {
    scale: inner.scale.map((value, k) => value * at(layer.scale.data, k)),
    shift: inner.shift.map((value, k) => value * at(layer.scale.data, k) + at(layer.shift.data, k)),
  }
}
