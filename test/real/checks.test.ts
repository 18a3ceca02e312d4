// A network file and a property file in the app: read in a process of their own, asked as a job, answered with a witness.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp, type App } from '../../core/app.ts'
import type { JobRow } from '../../core/contract/rows.ts'
import { parseWitness } from '../../core/io/index.ts'
import { evaluate64 } from '../../core/nn/index.ts'
import { diamond, writeFiles } from '../cli/files.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-checks-'))
const files = writeFiles(folder)
const options = { method: 'auto', certify: 'auto' } as const
let app: App
beforeAll(async () => (app = await createApp({ home: join(folder, 'home'), shell: 'test' })))
afterAll(async () => {
  await app.dispose()
  rmSync(folder, { recursive: true })
})

const open = async (path: string) => (await app.files.add(path)).id
async function ask(network: string, property: string, timeoutSeconds = 30): Promise<JobRow> {
  return askFiles(files.onnx(network), files.vnnlib(property), timeoutSeconds)
}
async function askFiles(network: string, property: string, timeoutSeconds = 30): Promise<JobRow> {
  const handles = { network: await open(network), property: await open(property) }
  const { id } = await app.api['checks.start']({ ...handles, options: { ...options, timeoutSeconds } })
  return ended(id)
}
function ended(id: string): Promise<JobRow> {
  return new Promise((resolve) => {
    const stop = app.subscribe(({ jobId, body }) => {
      if (jobId !== id || body.type !== 'state' || body.state === 'running' || body.state === 'queued') return
      stop()
      void app.api['jobs.get']({ id }).then(({ job }) => resolve(job))
    })
  })
}
const only = async ({ id }: JobRow) => (await app.api['jobs.get']({ id })).runs[0]

describe('what is in the files', () => {
  it('is told before anything is kept: layers, operators, the property in words', async () => {
    const handles = { network: await open(files.onnx('diamond')), property: await open(files.vnnlib('fails')) }
    const { network, property } = await app.api['files.inspect'](handles)
    expect(network).toMatchObject({ operators: ['Gemm', 'Relu'], inputs: [{ shape: [1, 2] }] })
    expect(network?.difference).toBeLessThan(1e-5)
    expect(network?.layers.some(({ kind }) => kind === 'relu')).toBe(true)
    expect(property).toMatchObject({ version: '1.0', inputs: 2, outputs: 2, caseCount: 1 })
    expect(property?.cases[0]).toMatchObject({ fixed: 0, lowest: -1, highest: 1, violationCount: 1 })
    expect(property?.cases[0].violations).toEqual(['Y_0 ≥ 1.9 and Y_1 ≤ -1.8'])
    expect(await app.api['models.count']({})).toEqual({ count: 0 })
  })

  it('is refused with a code where a file is broken, of another kind, or handed over by nobody', async () => {
    const broken = join(folder, 'broken.onnx')
    writeFileSync(broken, 'no network at all')
    const inspect = (network: string | null, property: string | null) => app.api['files.inspect']({ network, property })
    await expect(inspect(await open(broken), null)).rejects.toMatchObject({ code: 'model/corrupt' })
    const wrong = join(folder, 'wrong.vnnlib')
    writeFileSync(wrong, '(declare-const X_0 Real)\n(assert (<= X_0 ')
    await expect(inspect(null, await open(wrong))).rejects.toMatchObject({ code: 'property/syntax' })
    await expect(inspect(await open(files.vnnlib('fails')), null)).rejects.toMatchObject({ code: 'files/kind' })
    await expect(inspect('a'.repeat(32), null)).rejects.toMatchObject({ code: 'files/handle' })
  })
})

describe('a check', () => {
  it('that fails gives a counterexample of the file, in the form of the competition', async () => {
    const job = await ask('diamond', 'fails')
    expect(job).toMatchObject({ state: 'done', error: null })
    const run = await only(job)
    expect(run.summary).toMatchObject({ images: 1, falsified: 1, accuracy: null })
    const { name, rows, witness } = await app.api['runs.property']({ id: run.id, index: 0 })
    expect([name, rows]).toMatchObject(['fails.vnnlib', [{ verdict: 'falsified', evidence: 'replayed' }]])
    expect(witness).toMatchObject({ pictures: null })
    const file = await app.api['runs.witness']({ id: run.id, index: 0 })
    expect(file.name).toBe('fails.counterexample')
    const { input, output } = parseWitness(Buffer.from(file.base64, 'base64').toString())
    expect(input).toEqual(Float64Array.from(Float32Array.from(input)))
    expect(output[0] >= 1.9 && output[1] <= -1.8).toBe(true)
    evaluate64(diamond, input).forEach((value, i) => expect(output[i]).toBeCloseTo(value, 5))
  })

  it('that holds is verified with its evidence, on the same model', async () => {
    const run = await only(await ask('diamond', 'holds'))
    const { rows, witness } = await app.api['runs.property']({ id: run.id, index: 0 })
    expect([rows, witness]).toMatchObject([[{ verdict: 'verified' }], null])
    expect(rows[0].evidence).not.toBeNull()
    expect(await app.api['models.count']({})).toEqual({ count: 1 })
    const [model] = await app.api['models.list']({ limit: 10, offset: 0 })
    expect(model).toMatchObject({ name: 'diamond', operation: 'import', runId: null })
    await expect(app.api['runs.witness']({ id: run.id, index: 0 })).rejects.toMatchObject({ code: 'store/missing' })
  })

  it('is proved again by espalier check, from its certificate and from its bundle', async () => {
    const run = await only(await ask('diamond', 'holds'))
    const [certificate, bundle] = [join(folder, 'holds.json.gz'), join(folder, 'holds.zip')]
    const saved = await app.api['runs.certificate']({ id: run.id, index: 0 })
    writeFileSync(certificate, Buffer.from(saved.base64, 'base64'))
    writeFileSync(
      bundle,
      Buffer.from((await app.api['runs.export']({ id: run.id, format: 'bundle' })).base64, 'base64'),
    )
    const cli = (...args: string[]) =>
      promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../core/cli/main.ts'), 'check', ...args])
    const proved = await cli(certificate, '--onnx', files.onnx('diamond'), '--vnnlib', files.vnnlib('holds'))
    expect(proved.stdout).toBe('proved\n')
    const checked = await cli(bundle, '--json')
    expect(JSON.parse(checked.stdout)).toMatchObject({ result: 'checked', instances: 1, proved: 1, unproved: [] })
  })

  it('of compressed files is the same question about the same model', async () => {
    const packed = (path: string): string => {
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)))
      return `${path}.gz`
    }
    const job = await askFiles(packed(files.onnx('diamond')), packed(files.vnnlib('fails')))
    const run = await only(job)
    const { rows } = await app.api['runs.property']({ id: run.id, index: 0 })
    expect([job.error, rows]).toMatchObject([null, [{ verdict: 'falsified' }]])
    expect(await app.api['models.count']({})).toEqual({ count: 1 })
  })

  it('asked again with a longer limit has that time', async () => {
    const run = await only(await ask('hard', 'hard', 0.5))
    const rowsOf = async () => (await app.api['runs.property']({ id: run.id, index: 0 })).rows
    expect(await rowsOf()).toMatchObject([{ verdict: 'timeout' }])
    const { id } = await app.api['jobs.rerun']({ runId: run.id, verdicts: ['timeout'], timeoutSeconds: 2 })
    await ended(id)
    const [{ verdict, seconds }] = await rowsOf()
    expect(verdict !== 'timeout' || seconds > 1).toBe(true)
  })
})
