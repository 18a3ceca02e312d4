// Certificates of competition instances through the command line: written by verify, accepted by check, refused when changed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'

const folder = resolve(import.meta.dirname, '../../../shared/benchmarks/vnncomp')
const missing = !existsSync(folder)
if (missing) console.log(`skipped: ${folder} is not there`)
const main = resolve(import.meta.dirname, '../../core/cli/main.ts')
const work = mkdtempSync(join(tmpdir(), 'espalier-certificates-'))
afterAll(() => rmSync(work, { recursive: true }))

function espalier(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

const cases = [
  ['nano', 'test/onnx/test_nano.onnx', 'test/vnnlib/test_nano.vnnlib.gz'],
  ['unsat', 'test/onnx/test_unsat.onnx', 'test/vnnlib/test_prop.vnnlib.gz'],
  ['mnist', 'mnistfc/onnx/mnist-net_256x2.onnx', 'mnistfc/vnnlib/prop_3_0.03.vnnlib.gz'],
  ['acas', 'acasxu/onnx/ACASXU_run2a_1_1_batch_2000.onnx', 'acasxu/vnnlib/prop_1.vnnlib.gz'],
] as const

test.skipIf(missing).each(cases)('%s', (name, onnx, vnnlib) => {
  const file = join(work, `${name}.json.gz`)
  const files = ['--onnx', join(folder, onnx), '--vnnlib', join(folder, vnnlib)]
  const verified = espalier('verify', ...files, '--timeout', '110', '--certificate', file)
  expect(verified).toMatchObject({ code: 0, out: 'unsat\n' })
  expect(espalier('check', file)).toMatchObject({ code: 0, out: 'proved\n' })
  expect(espalier('check', file, ...files)).toMatchObject({ code: 0, out: 'proved\n' })
})

test.skipIf(missing)('what was changed or is about something else is refused', () => {
  const file = join(work, 'mnist.json.gz')
  const other = ['--onnx', join(folder, cases[0][1]), '--vnnlib', join(folder, cases[0][2])]
  const foreign = espalier('check', file, ...other)
  expect([foreign.code, foreign.err]).toEqual([3, expect.stringContaining('certificate/foreign')])
  const bytes = readFileSync(file)
  const cut = join(work, 'cut.json.gz')
  writeFileSync(cut, bytes.subarray(0, bytes.length >> 1))
  expect(espalier('check', cut)).toMatchObject({ code: 3, out: '' })
  const text = gunzipSync(bytes).toString()
  const changed = join(work, 'changed.json.gz')
  // One tree's multipliers alone may be worse and the rest still prove it: all of them are spoilt.
  const spoilt = text.replaceAll(/"beta":"([^"]+)"/g, (_, beta: string) => {
    const numbers = new Float32Array(Buffer.from(beta, 'base64').length / 4).fill(50)
    return `"beta":"${Buffer.from(numbers.buffer).toString('base64')}"`
  })
  expect(spoilt).not.toBe(text)
  writeFileSync(changed, gzipSync(spoilt))
  const unproved = espalier('check', changed)
  expect([unproved.code, unproved.err]).toEqual([5, expect.stringContaining('certificate/unproved')])
})
