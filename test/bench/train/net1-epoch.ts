// Benchmark: one epoch of NET1 on 60,000 images, batch 64 (aim: under 1.5 s on two cores), beside its matrix products alone.
import { existsSync } from 'node:fs'
import { trainSchema } from '../../../core/contract/recipe.ts'
import { openDataset } from '../../../core/data/open.ts'
import type { DatasetPair } from '../../../core/data/dataset.ts'
import { openEngine, type Engine, type Program } from '../../../core/engine/engine.ts'
import { tf, type Tensor } from '../../../core/engine/tensor.ts'
import { buildArchitecture } from '../../../core/nn/index.ts'
import { train } from '../../../core/train/index.ts'

const mnist = new URL('../../../../shared/data/mnist', import.meta.url).pathname
const images = 60_000
const batch = 64
const widths = [784, 64, 32, 16, 10]
const rounds = 5

export interface EpochFigures {
  readonly data: string
  readonly threads: number
  /** Median seconds of an epoch. */
  readonly seconds: number
  /** Median seconds of the same number of runs of a program that only multiplies matrices of the same sizes. */
  readonly productsSeconds: number
  /** Median over rounds of one to the other, measured next to each other: steadier than either on a busy machine. */
  readonly ratio: number
}

/** Trains for a few epochs, each followed by its matrix products alone. */
export async function measureNet1Epoch(threads = 1): Promise<EpochFigures> {
  const engine = await openEngine({ provider: 'cpu', threads })
  const data = await openImages()
  const products = await compileProducts(engine)
  const epochs: number[] = []
  const controls: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const epoch = await trainOneEpoch(engine, data)
    const control = await runProducts(products)
    if (round === 0) continue // warm-up: compilation
    epochs.push(epoch)
    controls.push(control)
  }
  await engine.dispose()
  return {
    data: data.name,
    threads,
    seconds: median(epochs),
    productsSeconds: median(controls),
    ratio: median(epochs.map((epoch, round) => epoch / controls[round])),
  }
}

function openImages(): Promise<DatasetPair> {
  if (existsSync(mnist)) return openDataset({ source: 'idx', directory: mnist })
  return openDataset({ source: 'sample', train: images, test: 1_000 })
}

async function trainOneEpoch(engine: Engine, data: DatasetPair): Promise<number> {
  let seconds = 0
  await train({
    engine,
    network: buildArchitecture('net1', data.train.shape, 1),
    data,
    options: trainSchema.parse({ epochs: 1, batchSize: batch, validation: 0 }),
    seed: 1,
    signal: new AbortController().signal,
    onEpoch: (report) => void (seconds = report.seconds),
  })
  return seconds
}

/** x Wᵀ forward; dyᵀ x and dy W back, without the last for the first layer. */
function compileProducts(engine: Engine): Promise<Program<string, string>> {
  const inputs = Object.fromEntries([
    ['x0', { shape: [batch, widths[0]] }],
    ...widths.slice(1).map((width, layer) => [`w${layer}`, { shape: [width, widths[layer]] }] as const),
    ...widths.slice(1).map((width, layer) => [`dy${layer}`, { shape: [batch, width] }] as const),
  ])
  return engine.compile<string, string>({
    name: 'matrix products of NET1',
    key: 'bench net1 products',
    inputs,
    build: (given) => {
      const outputs: Record<string, Tensor> = {}
      let x = given.x0
      for (let layer = 0; layer < widths.length - 1; layer++) {
        outputs[`dw${layer}`] = tf.matMul(given[`dy${layer}`], x, true, false)
        if (layer > 0) outputs[`dx${layer}`] = tf.matMul(given[`dy${layer}`], given[`w${layer}`])
        x = tf.matMul(x, given[`w${layer}`], false, true)
      }
      return { ...outputs, logits: x }
    },
  })
}

async function runProducts(program: Program<string, string>): Promise<number> {
  const random = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i))
  const feeds: Record<string, Float32Array> = { x0: random(batch * widths[0]) }
  for (const [layer, width] of widths.slice(1).entries()) {
    feeds[`w${layer}`] = random(width * widths[layer])
    feeds[`dy${layer}`] = random(batch * width)
  }
  const started = performance.now()
  for (let step = 0; step < Math.ceil(images / batch); step++) await program.run(feeds)
  return (performance.now() - started) / 1000
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

if (import.meta.main) {
  for (const threads of [1, 2]) console.log(JSON.stringify(await measureNet1Epoch(threads)))
}
