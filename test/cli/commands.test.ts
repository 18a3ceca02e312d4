// The road from the command line: train, prune, verify, run, compare, export; Ctrl-C and going on.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FollowedJob } from '../../core/cli/follow.ts'
import { openBench, type Bench } from './support.ts'

let bench: Bench
let trained: FollowedJob['runs'][number]
let pruned: FollowedJob['runs'][number]

const sample = ['--sample-train', '600', '--sample-test', '100', '--provider', 'cpu']
const parse = (out: string): FollowedJob => JSON.parse(out) as FollowedJob

beforeAll(async () => {
  bench = openBench()
  const first = await bench.run(
    'train',
    '--json',
    '--epochs',
    '2',
    '--gamma-l1',
    '0.001',
    '--validation',
    '0',
    ...sample,
  )
  expect(first.err).toContain('job job-')
  expect(first.code).toBe(0)
  trained = parse(first.out).runs[0]
  const model = trained.modelId ?? ''
  const second = await bench.run(
    'prune',
    '--json',
    '--model',
    model,
    '--ratio',
    '0.5',
    '--fine-tune-epochs',
    '1',
    '--provider',
    'cpu',
  )
  expect(second.err).not.toContain('error')
  pruned = parse(second.out).runs[0]
}, 120_000)
afterAll(() => bench.dispose())

describe('train and prune', () => {
  it('make models with their figures', () => {
    expect(trained.summary).toMatchObject({ hiddenNeurons: 112, images: 0 })
    expect(pruned.summary).toMatchObject({ hiddenNeurons: 55, images: 0 })
    expect(trained.summary?.robustness).not.toBeNull()
  })

  it('graft, export and import: the lines come back as one layer', async () => {
    const made = await bench.run('graft', '--json', '--model', trained.modelId ?? '', '--ratio', '0.5', '--epsilon', '0.05', '--images', '20', '--scored', '20', '--fine-tune-epochs', '1', '--provider', 'cpu') // prettier-ignore
    expect(made.code).toBe(0)
    const grafted = parse(made.out).runs[0]
    expect(grafted.summary).toMatchObject({ hiddenNeurons: 112, images: 0 })
    const file = join(bench.folder, 'grafted.onnx')
    expect(await bench.run('export', grafted.modelId ?? '', '--onnx', file)).toMatchObject({ code: 0 })
    const taken = await bench.run('import', file)
    expect(taken.code).toBe(0)
    expect(taken.out).toMatch(/graftedRelu/)
    expect(taken.out).toMatch(/model net-\w+/)
    expect(await bench.run('import', join(bench.folder, 'nothing.onnx'))).toMatchObject({ code: 3 })
  })

  it('attack finds a counterexample or nothing, and never says verified', async () => {
    const args = ['--epsilon', '0.3', '--images-count', '3', '--timeout-seconds', '2', '--provider', 'cpu']
    const { out, code } = await bench.run('attack', '--json', '--model', trained.modelId ?? '', ...args)
    const { summary } = parse(out).runs[0]
    expect(summary).toMatchObject({ images: 3, verified: 0 })
    expect(summary?.falsified).toBeGreaterThan(0)
    expect(code).toBe(1)
  })

  it('prune on the data of the model, without being told', () => {
    expect(pruned.datasetId).toBe(trained.datasetId)
  })
})

describe('radius', () => {
  const ask = (...args: string[]) =>
    bench.run('radius', '--model', pruned.modelId ?? '', '--images-count', '2', '--timeout-seconds', '2', ...args)

  it('brackets every image, and says by its exit code whether all are narrow', async () => {
    const { code, out, err } = await ask('--tolerance', '0.01', '--method', 'bab', '--json')
    // A line an image, and nothing else.
    expect(err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^ {2}image 0 \(1 of 2\): (verified up to|misclassified)/),
      expect.stringMatching(/^ {2}image 1 \(2 of 2\): (verified up to|misclassified)/),
    ])
    const radii = JSON.parse(out) as { lower: number; upper: number | null; finished: boolean }[]
    expect(radii).toHaveLength(2)
    expect(code).toBe(radii.every(({ finished }) => finished) ? 0 : 5)
    for (const { lower, upper, finished } of radii)
      if (finished && upper !== null) expect(upper - lower).toBeLessThanOrEqual(0.01)
  })

  it('prints a table with the mean, and refuses what its flags do not allow', async () => {
    const { out } = await ask('--tolerance', '0.5')
    expect(out).toContain('verified up to ε')
    const wrong = await ask('--maximum', '3')
    expect([wrong.code, wrong.err.includes('maximum')]).toEqual([2, true])
  })

  it('stores nothing', async () => {
    const runs = JSON.parse((await bench.run('runs', '--json')).out) as unknown[]
    await ask('--tolerance', '0.5')
    expect(JSON.parse((await bench.run('runs', '--json')).out)).toHaveLength(runs.length)
  })
})

describe('verify', () => {
  it('says by its exit code what came out', async () => {
    const common = [
      '--model',
      pruned.modelId ?? '',
      '--method',
      'crown',
      '--images-count',
      '3',
      '--provider',
      'cpu',
      '--json',
    ]
    const none = await bench.run('verify', '--epsilon', '0', ...common)
    const summary = parse(none.out).runs[0].summary
    // At ε 0 the verdict is the classification.
    expect(none.code).toBe(summary?.verified === 3 ? 0 : 1)
    const wide = await bench.run('verify', '--epsilon', '1', ...common)
    expect([1, 5]).toContain(wide.code)
  })

  it('writes the proofs of its images, and check proves them again from model and data', async () => {
    const file = join(bench.folder, 'images.json.gz')
    const flags = ['--epsilon', '0.002', '--images-count', '4', '--provider', 'cpu', '--certificate', file]
    const { err } = await bench.run('verify', '--model', pruned.modelId ?? '', ...flags)
    expect(err).toContain(`certificate: ${file}`)
    const checked = await bench.run('check', file)
    expect([checked.code, checked.out]).toEqual([0, 'proved\n'])
    expect(await bench.run('check', file, '--model', pruned.modelId ?? '')).toMatchObject({ code: 0 })
    const other = await bench.run('check', file, '--model', trained.modelId ?? '')
    expect([other.code, other.err.includes('certificate/foreign')]).toEqual([3, true])
  })

  it('refuses a model that does not fit the data', async () => {
    const { mkdirSync, writeFileSync } = await import('node:fs')
    const folder = join(bench.folder, 'small-images')
    mkdirSync(folder)
    const head = (...values: number[]): Buffer => {
      const buffer = Buffer.alloc(values.length * 4)
      values.forEach((value, i) => buffer.writeUInt32BE(value, i * 4))
      return buffer
    }
    for (const split of ['train', 't10k']) {
      writeFileSync(
        join(folder, `${split}-images-idx3-ubyte`),
        Buffer.concat([head(0x803, 10, 8, 8), Buffer.alloc(640)]),
      )
      writeFileSync(
        join(folder, `${split}-labels-idx1-ubyte`),
        Buffer.concat([head(0x801, 10), Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])]),
      )
    }
    const { code, err } = await bench.run(
      'verify',
      '--model',
      trained.modelId ?? '',
      '--data',
      folder,
      '--provider',
      'cpu',
    )
    // Once, though the run and its job both failed.
    expect(err.match(/model\/does-not-fit-data/g)).toHaveLength(1)
    expect(code).toBe(3)
  })
})

describe('the history', () => {
  it('lists runs newest first, with their models', async () => {
    const { out } = await bench.run('runs', '--json')
    const runs = JSON.parse(out) as FollowedJob['runs']
    expect(runs.map(({ id }) => id)).toEqual(expect.arrayContaining([pruned.id, trained.id]))
    expect(runs.findIndex(({ id }) => id === pruned.id)).toBeLessThan(runs.findIndex(({ id }) => id === trained.id))
    const { out: table } = await bench.run('runs', '--job', pruned.jobId)
    expect(table.split('\n').filter((line) => line.includes('run-'))).toHaveLength(1)
    expect(table).toMatch(new RegExp(`${pruned.id} .*pruned.* done .*${pruned.modelId ?? ''}`))
  })

  it('knows no job of that name', async () => {
    const { code, err } = await bench.run('runs', '--job', 'job-nowhere')
    expect(err).toContain('job/unknown')
    expect(code).toBe(3)
  })

  it('shows the images of one run', async () => {
    const asked = await bench.run('verify', '--json', '--model', pruned.modelId ?? '', '--method', 'crown', '--images-count', '2', '--epsilon', '0.01', '--provider', 'cpu') // prettier-ignore
    const { id } = parse(asked.out).runs[0]
    const { code, out } = await bench.run('runs', id, '--json')
    expect(code).toBe(0)
    const found = JSON.parse(out) as { run: unknown; verdicts: { imageIndex: number; verdict: string }[] }
    expect(found.run).toMatchObject({ id, summary: { robustnessEpsilon: 0.01 } })
    expect(found.verdicts.map(({ imageIndex }) => imageIndex)).toEqual([0, 1])
    const { out: table } = await bench.run('runs', id)
    expect(table).toContain('FGSM robust, ε 0.01')
    expect(table).toContain('verified, ε 0.01')
    for (const { verdict } of found.verdicts) expect(table).toMatch(new RegExp(` ${verdict} `))
  })

  it('lists models below what they were made from, and shows one with its layers', async () => {
    const { out } = await bench.run('models')
    expect(out).toMatch(new RegExp(`    └ net-\\w+ +neuron-prune .*\\n +└ ${pruned.modelId ?? ''} +fine-tune`))
    const { out: one } = await bench.run('models', pruned.modelId ?? '', '--json')
    const { lineage, layers } = JSON.parse(one) as { lineage: { operation: string }[]; layers: unknown[] }
    expect(lineage.map(({ operation }) => operation)).toEqual(['initialise', 'train', 'neuron-prune', 'fine-tune'])
    expect(layers.length).toBeGreaterThan(5)
  })
})

describe('compare and export', () => {
  it('shows what changed and warns of nothing when nothing is unfair', async () => {
    const { code, out } = await bench.run('compare', trained.id, pruned.id)
    expect(code).toBe(0)
    expect(out).toMatch(/hidden neurons\s+112\s+55\s+−57/)
    expect(out).toMatch(/accuracy +[\d.]+ % +[\d.]+ % +(=|[+−][\d.]+ pp)\n/)
    expect(out).toContain('FGSM robust, ε 0.1 ')
    expect(out).not.toContain('note:')
  })

  it('writes ONNX, CSV and JSON', async () => {
    const files = ['net.onnx', 'verdicts.csv', 'run.json'].map((name) => join(bench.folder, name))
    const { code } = await bench.run('export', pruned.id, '--onnx', files[0], '--csv', files[1], '--results', files[2])
    expect(code).toBe(0)
    expect(readFileSync(files[0]).length).toBeGreaterThan(10_000)
    expect(readFileSync(files[1], 'utf8')).toMatch(/^image,label,predicted,/)
    expect(JSON.parse(readFileSync(files[2], 'utf8'))).toMatchObject({ run: { id: pruned.id }, verdicts: [] })
  })
})

describe('run', () => {
  const recipe = `
name: it
provider: cpu
data: { source: sample, train: 600, test: 100 }
variants:
  - { name: base, architecture: net1, train: { epochs: 400, earlyStop: null }, paper: { accuracy: 0.98 } }
verify: null
`
  it('prints the plan', async () => {
    const { code, out } = await bench.run('run', '--dry-run', bench.file('it.yaml', recipe))
    expect(code).toBe(0)
    expect(out).toContain('at most 400 epochs')
  })

  it('stops on Ctrl-C, says how to go on, and goes on', async () => {
    const running = bench.start('run', bench.file('it.yaml', recipe.replace('400', '60')))
    await running.says(/epoch \d|: train/)
    await new Promise((resolve) => setTimeout(resolve, 500))
    running.child.kill('SIGINT')
    const { code, err } = await running.finished
    const again = /espalier (run --resume job-\w+)/.exec(err)
    expect(code).toBe(130)
    expect(again).not.toBeNull()
    const resumed = await bench.run(...(again?.[1] ?? '').split(' '))
    expect(resumed.code).toBe(0)
    expect(resumed.out).toMatch(/accuracy\s+paper/)
    expect(resumed.out).toContain('0.98')
  })
})
