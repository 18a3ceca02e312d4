// The WebGPU provider (on SwiftShader, the software Vulkan driver) gives the verdicts of the CPU: competition instances and a convolutional network.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { SeededRandom } from '../../core/data/random.ts'
import { exportOnnx, writeVnnlib, type InstanceResult } from '../../core/io/index.ts'
import { createNetwork, evaluate64, type Layer, type Network } from '../../core/nn/index.ts'
import { parameter, relu } from '../bounds/networks.ts'

const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json'
const benchmarks = resolve(import.meta.dirname, '../../../shared/benchmarks/vnncomp/test')
const noDriver = !existsSync(swiftShader)
if (noDriver) console.log(`skipped: ${swiftShader} is not there`)
const main = resolve(import.meta.dirname, '../../core/cli/main.ts')
const scratch = mkdtempSync(join(tmpdir(), 'espalier-webgpu-'))
afterAll(() => rmSync(scratch, { recursive: true }))

function wordsOf(folder: string, provider: string): string[] {
  const out = join(scratch, `${provider}-${folder.replaceAll('/', '-')}.csv`)
  const args = ['bench', 'vnncomp', folder, '--timeout', '60', '--provider', provider, '--out', out, '--json']
  const env = { ...process.env, VK_ICD_FILENAMES: swiftShader, VK_DRIVER_FILES: swiftShader, ESPALIER_HOME: scratch }
  const { stdout } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env })
  return (JSON.parse(stdout) as { results: InstanceResult[] }).results.map(({ word }) => word)
}

/** 1×8×8, two convolutions, ten or so of its 144 neurons unstable at the middle ε; three classes. */
function convolutional(): Network {
  const random = new SeededRandom(11)
  const normal = (scale: number) => (): number => scale * random.normal()
  const conv = (from: number, to: number): Layer => ({
    kind: 'conv2d',
    weight: parameter([to, from, 3, 3], normal(0.4)),
    bias: parameter([to], normal(0.2)),
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  })
  const layers: Layer[] = [
    conv(1, 4),
    relu,
    conv(4, 5),
    relu,
    { kind: 'flatten' },
    { kind: 'dense', weight: parameter([3, 20], normal(0.5)), bias: parameter([3], normal(0.1)) },
  ]
  return createNetwork({
    name: 'convolutional',
    inputShape: [1, 8, 8],
    nodes: layers.map((layer, i) => ({ id: `n${i}`, layer })),
  })
}

/** A folder of the competition's kind: the class of one image, at three distances. */
function writeSuite(): string {
  const folder = join(scratch, 'conv')
  mkdirSync(folder)
  const network = convolutional()
  writeFileSync(join(folder, 'conv.onnx'), exportOnnx(network))
  const image = Float64Array.from({ length: 64 }, (_, i) => ((i * 37) % 64) / 64)
  const scores = evaluate64(network, image)
  const best = scores.indexOf(Math.max(...scores))
  const others = [0, 1, 2].filter((k) => k !== best)
  const lines = [0.002, 0.03, 0.5].map((epsilon) => {
    const box = { lower: image.map((x) => x - epsilon), upper: image.map((x) => x + epsilon) }
    const disjuncts = others.map((other) => {
      const coefficients = new Float64Array(3)
      coefficients[best] = 1
      coefficients[other] = -1
      return { box, rows: { rows: 1, coefficients, offsets: new Float64Array(1) } }
    })
    writeFileSync(join(folder, `${epsilon}.vnnlib`), writeVnnlib({ inputSize: 64, outputSize: 3, disjuncts }))
    return `conv.onnx,${epsilon}.vnnlib,60`
  })
  writeFileSync(join(folder, 'instances.csv'), `${lines.join('\n')}\n`)
  return folder
}

test.skipIf(noDriver)(
  'a convolutional network: the same three verdicts',
  () => {
    const folder = writeSuite()
    const words = wordsOf(folder, 'cpu')
    expect(wordsOf(folder, 'webgpu')).toEqual(words)
    expect([words[0], words[2]]).toEqual(['unsat', 'sat'])
    expect(['sat', 'unsat']).toContain(words[1])
  },
  300_000,
)

test.skipIf(noDriver || !existsSync(benchmarks))(
  'vnncomp/test: 5 of 5',
  () => {
    expect(wordsOf(benchmarks, 'webgpu')).toEqual(['unsat', 'unsat', 'unsat', 'sat', 'unsat'])
  },
  300_000,
)
