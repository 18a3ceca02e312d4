// Counterexample files of the competition: `sat` and the values of all inputs and outputs.
import { EspalierError } from '../../contract/errors.ts'

export interface WitnessValues {
  readonly input: Float64Array
  readonly output: Float64Array
}

/**
 * The point as float32 values inside the box: rounded to nearest, then one step inward where that left the box. An
 * element whose bounds have no float32 between them stays a double. Evaluate the network again on the result.
 */
export function clampWitness(
  point: Float64Array,
  box: { readonly lower: Float64Array; readonly upper: Float64Array },
): Float64Array {
  return point.map((value, i) => {
    const [lower, upper] = [box.lower[i], box.upper[i]]
    const inside = Math.min(Math.max(value, lower), upper)
    let rounded = Math.fround(inside)
    if (rounded < lower) rounded = nextFloat32(rounded, 1)
    else if (rounded > upper) rounded = nextFloat32(rounded, -1)
    return rounded >= lower && rounded <= upper ? rounded : inside
  })
}

/** The neighbour of a float32 in a direction. */
function nextFloat32(value: number, direction: 1 | -1): number {
  if (value === 0) return direction * 2 ** -149
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value)
  view.setInt32(0, view.getInt32(0) + (value > 0 ? direction : -direction))
  return view.getFloat32(0)
}

/** `sat` and `((X_0 v) … (Y_0 v))`; every number has nine digits or as many more as it takes to read back the same double. */
export function writeWitness({ input, output }: WitnessValues): string {
  const entries = [
    ...Array.from(input, (value, i) => `(X_${i} ${digits(value)})`),
    ...Array.from(output, (value, i) => `(Y_${i} ${digits(value)})`),
  ]
  return `sat\n(${entries.join('\n')})\n`
}

function digits(value: number): string {
  const nine = value.toPrecision(9)
  return Number(nine) === value ? nine : value.toPrecision(17)
}

/**
 * The values of a witness file.
 * @throws EspalierError 'vnncomp/witness' where it does not say sat, leaves a value out or has one twice
 */
export function parseWitness(text: string): WitnessValues {
  const body = /^\s*sat\s*\(([\s\S]*)\)\s*$/.exec(text)?.[1]
  if (body === undefined) throw witnessError('it is not sat and a list of values')
  const values = { X: new Map<number, number>(), Y: new Map<number, number>() }
  const entry = /\s*\(\s*([XY])_(\d{1,8})\s+([^\s()]+)\s*\)\s*/y
  let at = 0
  while (at < body.length) {
    entry.lastIndex = at
    const found = entry.exec(body)
    const value = Number(found?.[3] ?? NaN)
    if (!found || !Number.isFinite(value)) throw witnessError(`"${body.slice(at, at + 40).trim()}" is no (X_i value)`)
    const list = values[found[1] as 'X' | 'Y']
    if (list.has(Number(found[2]))) throw witnessError(`${found[1]}_${found[2]} has two values`)
    list.set(Number(found[2]), value)
    at = entry.lastIndex
  }
  return { input: inOrder('X', values.X), output: inOrder('Y', values.Y) }
}

function inOrder(name: string, values: ReadonlyMap<number, number>): Float64Array {
  const result = new Float64Array(values.size)
  for (const [position, value] of values) {
    if (position >= values.size) throw witnessError(`${name}_${position} is there but not all ${name}_i before it`)
    result[position] = value
  }
  return result
}

function witnessError(problem: string): EspalierError {
  return new EspalierError('vnncomp/witness', `This is no witness: ${problem}.`, 'Write sat, then ((X_0 v) … (Y_0 v)).')
}
