// Fuzz targets that hold networks: ONNX files as the program reads them, and Espalier's own model files.
import { createHash } from 'node:crypto'
import type { SeededRandom } from '../../../core/data/random.ts'
import { decodeModel, encodeModel } from '../../../core/engine/onnx/schema.ts'
import { readOnnxFile } from '../../../core/io/onnx/read.ts'
import { parseNetwork, serializeNetwork } from '../../../core/nn/index.ts'
import { kinds, randomNetwork } from '../../bounds/networks.ts'
import { mutatedModel } from '../../io/onnx/mutate-model.ts'
import { random, smallModel, whole, type SmallModel } from '../../io/onnx/models.ts'
import { mutated, pick } from '../../io/mutate.ts'
import { gzipBomb, reworded } from './damage.ts'
import type { FuzzTarget } from './target.ts'

const convolutional: SmallModel = {
  inputs: { x: [1, 2, 6, 6] },
  constants: { w: random(3, 2, 3, 3), b: random(3), p: whole(0, 0, 1, 1, 0, 0, 1, 1), s: whole(1, -1), d: random(54, 2) },
  steps: [
    ['Pad', ['x', 'p'], 'a'],
    ['Conv', ['a', 'w', 'b'], 'c', { strides: [2, 1], pads: [1, 0, 0, 1] }],
    ['LeakyRelu', ['c'], 'e', { alpha: { float: 0.1 } }],
    ['MaxPool', ['e'], 'f', { kernel_shape: [2, 2], strides: [1, 1] }],
    ['Transpose', ['f'], 'g', { perm: [0, 2, 3, 1] }],
    ['Reshape', ['g', 's'], 'r'],
    ['MatMul', ['r', 'd'], 'y'],
  ],
} // prettier-ignore

const dense: SmallModel = {
  inputs: { x: [1, 4] },
  constants: { w: random(4, 5), b: random(5), v: random(5, 3) },
  steps: [
    ['Gemm', ['x', 'w', 'b'], 'a'],
    ['Relu', ['a'], 'h'],
    ['Sigmoid', ['h'], 's'],
    ['Concat', ['h', 's'], 'c', { axis: 1 }],
    ['Slice', ['c'], 'k', { starts: [0], ends: [5], axes: [1] }],
    ['MatMul', ['k', 'v'], 'y'],
  ],
  opset: 9,
}

/** A model whose input or constant claims a size. */
function claiming(dims: readonly number[], steps: SmallModel['steps']): () => Uint8Array {
  return () => smallModel({ inputs: { x: dims }, constants: { w: random(1, 1, 1, 1), s: whole(1, -1) }, steps })
}

function hugeTensor(dims: readonly number[]): () => Uint8Array {
  return () => {
    const model = decodeModel(smallModel(dense))
    const [first, ...others] = model.graph.initializer
    return encodeModel({ ...model, graph: { ...model.graph, initializer: [{ ...first, dims }, ...others] } })
  }
}

/** A message in a message in a message … */
function nested(depth: number, tag: number): Uint8Array {
  let inner = Buffer.alloc(0)
  for (let level = 0; level < depth; level++) {
    const length: number[] = []
    for (let rest = inner.length; ; rest >>>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest)
      if (rest <= 127) break
    }
    inner = Buffer.concat([Buffer.from([tag, ...length]), inner])
  }
  return inner
}

function longChain(nodes: number): Uint8Array {
  const steps = Array.from({ length: nodes }, (_, i): SmallModel['steps'][number] => [
    'Relu',
    [i === 0 ? 'x' : `n${i}`],
    i === nodes - 1 ? 'y' : `n${i + 1}`,
  ])
  return smallModel({ inputs: { x: [1, 2] }, steps })
}

function doubling(times: number): Uint8Array {
  const steps = Array.from({ length: times }, (_, i): SmallModel['steps'][number] => {
    const from = i === 0 ? 'x' : `n${i}`
    return ['Concat', [from, from], i === times - 1 ? 'y' : `n${i + 1}`, { axis: 1 }]
  })
  return smallModel({ inputs: { x: [1, 2] }, steps })
}

export const onnxTarget: FuzzTarget = {
  seeds: () => [dense, convolutional].map(smallModel),
  bend: mutatedModel,
  bombs: [
    claiming([1, 1, 100_000, 100_000], [['Conv', ['x', 'w'], 'y']]),
    claiming([1, 1, 4000, 4000], [['MaxPool', ['x'], 'y', { kernel_shape: [3000, 3000] }]]),
    claiming([1, 1, 3000, 3000], [['Conv', ['x', 'w'], 'z'], ['Reshape', ['z', 's'], 'y']]), // prettier-ignore
    claiming([1, 2 ** 24], [['Relu', ['x'], 'y']]),
    claiming([1, 1, 512, 512], [['MaxPool', ['x'], 'y', { kernel_shape: [8, 8], pads: [4, 4, 4, 4] }]]),
    claiming([1, 16, 64, 64], [['AveragePool', ['x'], 'y', { kernel_shape: [33, 33], pads: [16, 16, 16, 16] }]]),
    claiming([1, 4096, 40], [['Transpose', ['x'], 'y', { perm: [0, 2, 1] }]]),
    hugeTensor([2 ** 40, 2 ** 40]),
    hugeTensor([2 ** 26, 16]),
    hugeTensor([-1, -4]),
    () => nested(20_000, 0x3a),
    () => nested(5000, 0x0a),
    () => longChain(8000),
    () => doubling(40),
    () => gzipBomb(300, 0),
    () => gzipBomb(1500, 0x3a),
  ],
  gzip: true,
  read: (path) => readOnnxFile(path),
}

export const networkTarget: FuzzTarget = {
  seeds: () => kinds.map((kind) => serializeNetwork(randomNetwork(kind, 5))),
  bend: bentNetwork,
  bombs: [
    () => sealed(headed('['.repeat(500_000))),
    () => sealed(headed('{"a":'.repeat(200_000))),
    () => sealed(headed(JSON.stringify({ version: 1, name: 'x'.repeat(2 ** 22), inputShape: [2 ** 52], nodes: [] }))),
    () => sealed(withHeader(serializeNetwork(randomNetwork('dense', 5)), (text) => text.replaceAll('[5,3]', '[5,9007199254740991]'))),
    () => sealed(withHeader(serializeNetwork(randomNetwork('conv', 5)), (text) => text.replaceAll('"strides":[2,2]', '"strides":[1e-300,1e300]'))),
  ], // prettier-ignore
  gzip: false,
  read: (_path, bytes) => parseNetwork(bytes),
}

/** Half of the time the header's words are changed, else the numbers; the checksum is made right again. */
function bentNetwork(seed: Uint8Array, random: SeededRandom): Uint8Array {
  const body = Buffer.from(seed.subarray(0, -32))
  if (pick(random, 2) === 0) return sealed(mutated(body, random))
  return sealed(withHeader(seed, (text) => new TextDecoder().decode(reworded(new TextEncoder().encode(text), random))))
}

/** The file with another header, without its checksum. */
function withHeader(file: Uint8Array, change: (text: string) => string): Buffer {
  const bytes = Buffer.from(file.subarray(0, -32))
  const end = 12 + bytes.readUInt32LE(8)
  const rest = bytes.subarray(Math.ceil(end / 8) * 8)
  return Buffer.concat([headed(change(bytes.toString('utf8', 12, end))), rest])
}

function headed(header: string): Buffer {
  const text = Buffer.from(header)
  const prefix = Buffer.alloc(12)
  prefix.write('ESPNET1\n', 'latin1')
  prefix.writeUInt32LE(text.length, 8)
  return Buffer.concat([prefix, text, Buffer.alloc((8 - ((12 + text.length) % 8)) % 8)])
}

function sealed(body: Uint8Array): Uint8Array {
  return Buffer.concat([body, createHash('sha256').update(body).digest()])
}
