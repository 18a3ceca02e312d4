// The brute-force oracle: the exact minimum of an output row over a box, by one linear programme per ReLU pattern.
// It shares nothing with core/verify: its own layer arithmetic on dense matrices, HiGHS through LP text.
import { createRequire } from 'node:module'
import type { Box, OutputRows } from '../../core/bounds/box.ts'
import { evaluateNodes64, INPUT, type Network } from '../../core/nn/index.ts'

interface LegacySolution {
  readonly Status: string
  readonly ObjectiveValue: number
}
type Load = () => Promise<{ solve(text: string, options: object): LegacySolution }>
const load = createRequire(import.meta.url)('highs') as Load

export type Solver = Awaited<ReturnType<Load>>

export function loadOracleSolver(): Promise<Solver> {
  return load()
}

interface Affine {
  readonly slope: Float64Array
  readonly constant: number
}

/**
 * min over the box of row `r`, exactly (to LP tolerance): every pattern of the ReLUs is tried, except where the sign of
 * a neuron is the same on the whole box given the signs before it.
 */
export function exactMinimum(solver: Solver, network: Network, box: Box, rows: OutputRows, r = 0): number {
  const signs: boolean[] = []
  let best = Infinity
  for (let cells = 0; ; cells++) {
    if (cells > 20_000) throw new Error('too many cells for brute force')
    const { objective, constraints } = cell(network, box, signs, rows, r)
    best = Math.min(best, solveCell(solver, box, objective, constraints))
    while (signs.at(-1) === true) signs.pop()
    if (signs.length === 0) return best
    signs[signs.length - 1] = true
  }
}

/**
 * The network restricted to one activation pattern is affine: its row and the sign constraints of its ReLUs. `signs` says
 * which undetermined ReLUs are active, in order; it is filled up with `false`.
 */
function cell(network: Network, box: Box, signs: boolean[], rows: OutputRows, r: number) {
  const size = box.lower.length
  const inputs = Array.from(box.lower, (_, i): Affine => ({ slope: unit(size, i), constant: 0 }))
  const values = new Map<string, readonly Affine[]>([[INPUT, inputs]])
  const constraints: { z: Affine; active: boolean }[] = []
  let next = 0
  for (const { id, layer, inputs, shape } of network.nodes) {
    const source = values.get(inputs[0]) as readonly Affine[]
    if (layer.kind === 'relu' || layer.kind === 'graftedRelu') {
      values.set(
        id,
        source.map((z, i) => {
          if (layer.kind === 'graftedRelu' && layer.mask.data[i] === 1)
            return {
              slope: z.slope.map((s) => s * layer.slope.data[i]),
              constant: z.constant * layer.slope.data[i] + layer.intercept.data[i],
            }
          const [low, high] = range(z, box)
          if (low < 0 && high > 0 && next === signs.length) signs.push(false)
          const active = low >= 0 || (high > 0 && signs[next++])
          if (low < 0 && high > 0) constraints.push({ z, active })
          return active ? z : { slope: new Float64Array(size), constant: 0 }
        }),
      )
      continue
    }
    // An affine layer is probed: its value at 0 and at every unit vector of its inputs gives its matrix.
    const all = inputs.map((input) => values.get(input) as readonly Affine[])
    values.set(
      id,
      probe(
        network,
        id,
        all,
        shape.reduce((a, b) => a * b, 1),
        size,
      ),
    )
  }
  const output = values.get(network.output) as readonly Affine[]
  const slope = new Float64Array(size)
  let constant = rows.offsets[r]
  output.forEach((f, o) => {
    const c = rows.coefficients[r * output.length + o]
    constant += c * f.constant
    for (let i = 0; i < size; i++) slope[i] += c * f.slope[i]
  })
  return { objective: { slope, constant }, constraints }
}

/** The affine map of one layer applied to affine inputs, found by evaluating the layer alone. */
function probe(
  network: Network,
  id: string,
  inputs: readonly (readonly Affine[])[],
  outputs: number,
  size: number,
): Affine[] {
  const at = (point: (input: readonly Affine[]) => Float64Array) => evaluateLayer(network, id, inputs.map(point))
  const base = at((input) => Float64Array.from(input, ({ constant }) => constant))
  const columns = Array.from({ length: size }, (_, i) =>
    at((input) => Float64Array.from(input, ({ slope, constant }) => slope[i] + constant)),
  )
  return Array.from({ length: outputs }, (_, o) => ({
    slope: Float64Array.from({ length: size }, (_unused, i) => columns[i][o] - base[o]),
    constant: base[o],
  }))
}

/** One layer on given input vectors, as a network of its own. */
function evaluateLayer(network: Network, id: string, inputs: readonly Float64Array[]): Float64Array {
  const node = network.nodes.find((candidate) => candidate.id === id)
  if (!node) throw new Error(id)
  if (node.layer.kind === 'add') return inputs[0].map((value, i) => value + inputs[1][i])
  const shape =
    node.inputs[0] === INPUT ? network.inputShape : (network.nodes.find((n) => n.id === node.inputs[0])?.shape ?? [])
  const alone: Network = { name: id, inputShape: shape, nodes: [{ ...node, inputs: [INPUT] }], output: id }
  return evaluateNodes64(alone, inputs[0]).get(id) as Float64Array
}

function solveCell(
  solver: Solver,
  box: Box,
  objective: Affine,
  constraints: readonly { z: Affine; active: boolean }[],
): number {
  const rows: string[] = []
  for (const { z, active } of constraints)
    rows.push(` c${rows.length}: ${text(z.slope)} ${active ? '>=' : '<='} ${-z.constant}`)
  const bounds = Array.from(box.lower, (lower, i) => ` ${lower} <= x${i} <= ${box.upper[i]}`)
  const problem = `Minimize\n obj: ${text(objective.slope)}\nSubject To\n${rows.join('\n')}\nBounds\n${bounds.join('\n')}\nEnd`
  const result = solver.solve(problem, { output_flag: false, presolve: 'off' })
  if (result.Status === 'Optimal') return result.ObjectiveValue + objective.constant
  if (result.Status === 'Infeasible') return Infinity
  throw new Error(`the oracle's linear programme ended ${result.Status}`)
}

function range(z: Affine, { lower, upper }: Box): [low: number, high: number] {
  const sum = (pick: (a: number, b: number) => number) =>
    z.slope.reduce((total, s, i) => total + pick(s * lower[i], s * upper[i]), z.constant)
  return [sum(Math.min), sum(Math.max)]
}

function text(slope: Float64Array): string {
  return Array.from(slope, (s, i) => `${s < 0 ? '-' : '+'} ${Math.abs(s)} x${i}`).join(' ')
}

function unit(size: number, i: number): Float64Array {
  const vector = new Float64Array(size)
  vector[i] = 1
  return vector
}
