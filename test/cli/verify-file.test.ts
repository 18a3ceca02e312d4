// `verify --onnx --vnnlib` as competition scripts use it: one word first, a witness that others can check, exit codes.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileAnswer } from '../../core/app/verify-file.ts'
import { parseWitness } from '../../core/io/index.ts'
import { evaluate64 } from '../../core/nn/index.ts'
import { diamond, writeFiles } from './files.ts'
import { openBench, type Bench } from './support.ts'

let bench: Bench
let files: ReturnType<typeof writeFiles>
beforeAll(() => {
  bench = openBench()
  files = writeFiles(bench.folder)
})
afterAll(() => bench.dispose())

const ask = (network: string, property: string, ...flags: string[]) =>
  bench.run('verify', '--onnx', files.onnx(network), '--vnnlib', files.vnnlib(property), ...flags)

describe('an answer', () => {
  it('is unsat where nothing violates the property, of several alternatives too', async () => {
    expect(await ask('diamond', 'holds')).toEqual({ code: 0, out: 'unsat\n', err: '' })
    expect(await ask('diamond', 'none')).toMatchObject({ code: 0, out: 'unsat\n' })
    expect(existsSync(bench.home)).toBe(false)
  })

  it.each(['fails', 'several'])('is sat with the counterexample where one is found (%s)', async (name) => {
    const { code, out } = await ask('diamond', name)
    expect(code).toBe(1)
    expect(out.split('\n')[0]).toBe('sat')
    const { input, output } = parseWitness(out)
    expect(input).toEqual(Float64Array.from(Float32Array.from(input)))
    expect(input.every((value) => value >= -1 && value <= 1)).toBe(true)
    const exact = evaluate64(diamond, input)
    output.forEach((value, i) => expect(value).toBeCloseTo(exact[i], 5))
    if (name === 'fails') expect([exact[0] >= 1.9, exact[1] <= -1.8]).toEqual([true, true])
    else expect([exact[0] >= 1.5, exact[1] >= 1.4]).toEqual([true, true])
  })

  it('puts the counterexample into a file where one is named', async () => {
    const path = join(bench.folder, 'witness.txt')
    expect(await ask('diamond', 'fails', '--witness', path)).toMatchObject({ code: 1, out: 'sat\n' })
    expect(parseWitness(readFileSync(path, 'utf8')).input).toHaveLength(2)
  })

  it('is one JSON value with --json', async () => {
    const { code, out } = await ask('diamond', 'fails', '--json')
    const answer = JSON.parse(out) as FileAnswer
    expect(code).toBe(1)
    expect(answer).toMatchObject({ result: 'sat', problems: 1, evidence: 'replayed', reason: null })
    expect(answer.witness?.input).toHaveLength(2)
  })

  it('is unknown where the method cannot tell', async () => {
    const { code, out } = await ask('hard', 'hard', '--method', 'interval')
    expect([code, out]).toEqual([5, 'unknown\n'])
  })
})

describe('a certificate', () => {
  it('is written where everything is proved, of several alternatives too, and proved again by check', async () => {
    for (const [name, problems] of [
      ['holds', '1 problem in 1 part,'],
      ['none', '2 problems in '],
    ]) {
      const file = join(bench.folder, `${name}.json.gz`)
      const written = await ask('diamond', name, '--certificate', file)
      expect([written.code, written.out]).toEqual([0, 'unsat\n'])
      expect(written.err).toContain(`certificate: ${file}`)
      const checked = await bench.run('check', file)
      expect([checked.code, checked.out, checked.err]).toEqual([0, 'proved\n', expect.stringContaining(problems)])
      expect(checked.err).toContain(`${files.onnx('diamond')}: nothing violates ${files.vnnlib(name)}`)
    }
  })

  it('is refused for another network or property, and where it is damaged', async () => {
    const file = join(bench.folder, 'holds.json')
    await ask('diamond', 'holds', '--certificate', file)
    const check = (path: string, ...flags: string[]) => bench.run('check', path, ...flags)
    const other = await check(file, '--vnnlib', files.vnnlib('fails'))
    expect([other.code, other.out, other.err.includes('certificate/foreign')]).toEqual([3, '', true])
    const network = await check(file, '--onnx', files.onnx('hard'), '--vnnlib', files.vnnlib('hard'))
    expect([network.code, network.err.includes('certificate/foreign')]).toEqual([3, true])
    const cut = bench.file('cut.json', readFileSync(file).subarray(0, -40))
    const damaged = await check(cut, '--json')
    expect(damaged.code).toBe(3)
    expect(JSON.parse(damaged.out)).toMatchObject({ error: { code: 'certificate/corrupt' } })
    expect((await check(join(bench.folder, 'nowhere.json'))).err).toContain('input/not-found')
    const gone = bench.file('gone.json', readFileSync(file, 'utf8').replaceAll('holds.vnnlib', 'gone.vnnlib'))
    const alone = await check(gone)
    expect([alone.code, alone.err]).toEqual([3, expect.stringContaining('gone.vnnlib, which is not here')])
    expect(alone.err).toContain('--onnx NETWORK --vnnlib PROPERTY')
  })

  it('is not written where nothing is proved', async () => {
    const file = join(bench.folder, 'fails.json')
    const { code, err } = await ask('diamond', 'fails', '--certificate', file)
    expect([code, err.includes('no certificate: it is sat'), existsSync(file)]).toEqual([1, true, false])
  })
})

it('keeps to its time in a process of its own', async () => {
  const started = performance.now()
  const question = ['--onnx', files.onnx('hard'), '--vnnlib', files.vnnlib('hard'), '--timeout', '2']
  const { code, out } = await bench.start('verify', ...question).finished
  expect([code, out]).toEqual([5, 'timeout\n'])
  expect((performance.now() - started) / 1000).toBeLessThan(20)
})

describe('what is wrong', () => {
  it.each([
    ['broken', 'holds', 'model/corrupt'],
    ['diamond', 'broken', 'property/syntax'],
    ['diamond', 'hard', 'property/unsupported'],
    ['nowhere', 'holds', 'input/not-found'],
  ])('is answered with error and a code: %s with %s', async (network, property, code) => {
    const plain = await ask(network, property)
    expect([plain.code, plain.out]).toEqual([3, 'error\n'])
    expect(plain.err).toContain(code)
    const json = await ask(network, property, '--json')
    expect(JSON.parse(json.out)).toMatchObject({ result: 'error', error: { code } })
    expect(json.code).toBe(3)
  })

  it.each([
    [['--timeout', 'soon'], "--timeout is 'soon'"],
    [['--timeout', '0'], "--timeout is '0'"],
    [['--threads', '-1'], "--threads is '-1'"],
    [['--memory', 'all'], "--memory is 'all'"],
    [['--method', 'guess'], "--method is 'guess'"],
    [['--certify', 'maybe'], "--certify is 'maybe'"],
  ])('on the command line is said: %j', async (flags, part) => {
    const { code, err } = await ask('diamond', 'holds', ...flags)
    expect(err).toContain(part)
    expect(code).toBe(2)
  })

  it.each(['--certificate', '--witness'])('is an output that is one of the inputs: %s', async (flag) => {
    const before = readFileSync(files.onnx('diamond'))
    const { code, err } = await ask('diamond', 'holds', flag, files.onnx('diamond'))
    expect([code, err.includes('would be overwritten')]).toEqual([2, true])
    expect(readFileSync(files.onnx('diamond'))).toEqual(before)
  })

  it('is an output in a folder that is not there, before anything is searched', async () => {
    const { code, err, out } = await ask('diamond', 'holds', '--certificate', join(bench.folder, 'no', 'proof.json'))
    expect([code, err.includes('nothing can be written there'), out]).toEqual([2, true, ''])
  })

  it('is said where files or models are left out', async () => {
    const half = await bench.run('verify', '--onnx', files.onnx('diamond'))
    expect([half.code, half.err.includes('--vnnlib is missing')]).toEqual([2, true])
    const none = await bench.run('verify')
    expect([none.code, none.err.includes('--model ID')]).toEqual([2, true])
  })
})
