// The competition's own files: every network and property is read, and 10,000 damaged ones are answered with coded errors.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { SeededRandom } from '../../core/data/random.ts'
import { translateOnnx } from '../../core/io/onnx/import/import.ts'
import { readOnnxFile } from '../../core/io/onnx/read.ts'
import { bindProperty } from '../../core/io/vnnlib/bind.ts'
import { parseVnnlib, readVnnlibFile } from '../../core/io/vnnlib/parse.ts'
import { readInstances } from '../../core/io/vnncomp/instances.ts'
import { parseExpected, parseResults } from '../../core/io/vnncomp/results.ts'
import { mutated, outcome } from '../io/mutate.ts'
import { mutatedModel } from '../io/onnx/mutate-model.ts'

const shared = resolve(import.meta.dirname, '../../../shared')
const folder = resolve(shared, 'benchmarks/vnncomp')
const missing = !existsSync(folder)
if (missing) console.log(`skipped: ${folder} is not there`)
const suites = missing ? [] : readdirSync(folder)

describe.skipIf(missing)('the competition', () => {
  test.each(suites)('%s: networks equal ONNX Runtime, and every instance fits its network', async (suite) => {
    const instances = await readInstances(resolve(folder, suite, 'instances.csv'))
    const models = new Map<string, Awaited<ReturnType<typeof readOnnxFile>>>()
    for (const path of new Set(instances.map(({ onnxPath }) => onnxPath))) {
      const model = await readOnnxFile(path)
      expect(model.difference).toBeLessThan(1e-3)
      models.set(path, model)
    }
    for (const { onnxPath, vnnlibPath } of instances) {
      const model = models.get(onnxPath) ?? expect.fail(onnxPath)
      const disjuncts = bindProperty(await readVnnlibFile(vnnlibPath), model)
      expect(disjuncts.length).toBeGreaterThan(0)
      expect(new Set(disjuncts.map(({ box }) => box)).size).toBe(1)
    }
    const expected = parseExpected(readFileSync(resolve(folder, suite, 'expected.csv'), 'utf8'))
    expect(expected.size).toBeLessThanOrEqual(instances.length)
  })

  test("the peer's results are read", () => {
    const results = parseResults(readFileSync(resolve(shared, 'peers/alpha-beta-crown.csv'), 'utf8'))
    expect(results.get('mnist_6_100_nat img6_eps0.026')).toMatchObject({ word: 'sat', seconds: 4.1237 })
    expect(results.get('resnet_2b prop_0_eps_0.008')?.word).toBe('timeout')
  })

  test('10,000 damaged files give coded errors, no hang, and no memory beyond a gigabyte', () => {
    const random = new SeededRandom(17)
    const bytes = (path: string): Uint8Array => {
      const file = readFileSync(resolve(folder, path))
      return path.endsWith('.gz') ? gunzipSync(file) : file
    }
    const models = ['nano', 'tiny', 'small'].map((name) => bytes(`test/onnx/test_${name}.onnx`))
    models.push(bytes('verivital/onnx/Convnet_avgpool.onnx'))
    const properties = ['nano', 'small', 'prop'].map((name) => bytes(`test/vnnlib/test_${name}.vnnlib.gz`))
    const counts: Record<string, number> = {}
    let slowest = 0
    for (let i = 0; i < 10_000; i++) {
      const start = process.cpuUsage()
      const code = i % 2 === 0 ? damagedModel(models, i / 2, random) : damagedProperty(properties, i, random)
      counts[code] = (counts[code] ?? 0) + 1
      slowest = Math.max(slowest, process.cpuUsage(start).user / 1000)
    }
    console.log(counts, `slowest ${slowest.toFixed(0)} ms`)
    expect(slowest).toBeLessThan(5000)
    expect(process.memoryUsage().rss).toBeLessThan(2 ** 30)
    expect(counts.internal).toBeUndefined()
  })
})

function damagedModel(models: readonly Uint8Array[], i: number, random: SeededRandom): string {
  const source = models[i % models.length]
  const bytes = i % 8 < 4 ? mutated(source, random) : mutatedModel(source, random)
  return outcome(() => translateOnnx(bytes))
}

function damagedProperty(properties: readonly Uint8Array[], i: number, random: SeededRandom): string {
  const text = new TextDecoder().decode(mutated(properties[i % properties.length], random))
  return outcome(() => parseVnnlib(text))
}
