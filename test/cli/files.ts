// Small networks and properties as the files of the competition, and a benchmark folder made of them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportOnnx } from '../../core/io/index.ts'
import { createNetwork, type Layer, type Network } from '../../core/nn/index.ts'
import { SeededRandom } from '../../core/data/random.ts'

function dense(weight: readonly (readonly number[])[], bias: readonly number[]): Layer {
  return {
    kind: 'dense',
    weight: { shape: [weight.length, weight[0].length], data: Float32Array.from(weight.flat()) },
    bias: { shape: [bias.length], data: Float32Array.from(bias) },
  }
}

/** Y_0 = |X_0| + |X_1| and Y_1 = X_0 − X_1. */
export const diamond: Network = createNetwork({
  name: 'diamond',
  inputShape: [2],
  nodes: [
    { id: 'in', layer: dense([[1, 0], [-1, 0], [0, 1], [0, -1]], [0, 0, 0, 0]) }, // prettier-ignore
    { id: 'relu', layer: { kind: 'relu' } },
    { id: 'out', layer: dense([[1, 1, 1, 1], [1, -1, -1, 1]], [0, 0]) }, // prettier-ignore
  ],
})

/** Too many random neurons and inputs for a proof about its smallest output in any short time. */
export function hardNetwork(): Network {
  const random = new SeededRandom(4)
  const layer = (outputs: number, inputs: number): Layer => {
    const row = (): number[] => Array.from({ length: inputs }, () => (1.5 * random.normal()) / Math.sqrt(inputs))
    return dense(Array.from({ length: outputs }, row), new Array<number>(outputs).fill(0.1))
  }
  const nodes = [40, 60, 60, 60, 60].flatMap((inputs, i, all) => [
    { id: `d${i}`, layer: layer(all[i + 1] ?? 60, inputs) },
    { id: `r${i}`, layer: { kind: 'relu' } as const },
  ])
  return createNetwork({ name: 'hard', inputShape: [40], nodes: [...nodes, { id: 'out', layer: layer(2, 60) }] })
}

/** A property over the box [−1, 1] in every input. */
export function property(inputs: number, violation: string): string {
  const declared = [...Array.from({ length: inputs }, (_, i) => `X_${i}`), 'Y_0', 'Y_1']
  return [
    ...declared.map((name) => `(declare-const ${name} Real)`),
    ...Array.from({ length: inputs }, (_, i) => `(assert (>= X_${i} -1))(assert (<= X_${i} 1))`),
    `(assert ${violation})`,
  ].join('\n')
}

/** onnx/ and vnnlib/ with the networks above; what holds, what does not, and what is no property. */
export function writeFiles(folder: string): { onnx: (name: string) => string; vnnlib: (name: string) => string } {
  const onnx = (name: string): string => join(folder, 'onnx', `${name}.onnx`)
  const vnnlib = (name: string): string => join(folder, 'vnnlib', `${name}.vnnlib`)
  for (const name of ['onnx', 'vnnlib']) mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(onnx('diamond'), exportOnnx(diamond))
  writeFileSync(onnx('hard'), exportOnnx(hardNetwork()))
  writeFileSync(onnx('broken'), 'this is no model')
  writeFileSync(vnnlib('holds'), property(2, '(>= Y_0 2.01)'))
  writeFileSync(vnnlib('fails'), property(2, '(and (>= Y_0 1.9) (<= Y_1 -1.8))'))
  writeFileSync(vnnlib('several'), property(2, '(or (and (>= Y_0 3) (<= Y_1 0)) (and (>= Y_0 1.5) (>= Y_1 1.4)))'))
  writeFileSync(vnnlib('none'), property(2, '(or (and (>= Y_0 3) (<= Y_1 0)) (and (<= Y_0 0.9) (>= Y_1 1)))'))
  writeFileSync(vnnlib('hard'), property(40, '(and (>= Y_0 40) (<= Y_1 -40))'))
  writeFileSync(vnnlib('broken'), '(declare-const X_0 Real) (assert (<= X_0')
  return { onnx, vnnlib }
}
