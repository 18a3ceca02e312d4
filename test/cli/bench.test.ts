// `bench vnncomp` on a benchmark of five instances: results row by row, going on after a stop, and the comparison.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cactusCsv } from '../../core/cli/bench/report.ts'
import { ResultsFile } from '../../core/cli/bench/results-file.ts'
import { summarise } from '../../core/io/index.ts'
import { writeFiles } from './files.ts'
import { openBench, type Bench, type Finished } from './support.ts'

let bench: Bench
let out: string
let first: Finished
const rows = (): string[] => readFileSync(out, 'utf8').trim().split('\n')

beforeAll(async () => {
  bench = openBench()
  writeFiles(bench.folder)
  out = join(bench.folder, 'results.csv')
  const names = ['diamond,holds', 'diamond,fails', 'broken,holds'].map((pair) => pair.split(','))
  const instances = names.map(([onnx, vnnlib]) => `onnx/${onnx}.onnx,vnnlib/${vnnlib}.vnnlib,30\n`)
  bench.file('instances.csv', instances.join(''))
  bench.file(
    'expected.csv',
    'onnx,vnnlib,consensus\nonnx/diamond.onnx,vnnlib/holds.vnnlib,unsat\nonnx/diamond.onnx,vnnlib/fails.vnnlib,unsat\n',
  )
  bench.file('peer.csv', 'model,property,status,seconds\ndiamond,holds,verified,4\ndiamond,fails,timeout,30\n')
  const more = ['--peer', join(bench.folder, 'peer.csv'), '--cactus', join(bench.folder, 'cactus.csv')]
  first = await bench.run('bench', 'vnncomp', bench.folder, '--timeout', '20', '--out', out, ...more)
})
afterAll(() => bench.dispose())

describe('a benchmark', () => {
  it('writes a row for every instance, and one that breaks costs itself alone', () => {
    const words = rows().map((row) => row.split(',')[4])
    expect(words).toEqual(['unsat', 'sat', 'error'])
    expect(first.err).toContain('2/3 diamond fails: sat')
  })

  it('says what contradicts the consensus and how it compares, and ends with 6', () => {
    expect(first.code).toBe(6)
    expect(first.err).toContain('WRONG: the consensus is unsat')
    expect(first.out).toMatch(/espalier\s+3\s+2\s+1/)
    expect(first.out).toMatch(/peer\s+2\s+1\s+0/)
    expect(first.out).toContain('1 sat, 1 unsat, 1 wrong')
    expect(first.out).toContain('against the consensus: diamond fails is sat here')
    const cactus = readFileSync(join(bench.folder, 'cactus.csv'), 'utf8').split('\n')
    expect(cactus[0]).toBe('solved,seconds,peer_seconds')
    expect(cactus[1]).toMatch(/^1,[\d.]+,4\.000$/)
    expect(cactus[2]).toMatch(/^2,[\d.]+,$/)
  })

  it('goes on where it was: what the file has is not run again, a row cut short is', async () => {
    const [one] = rows()
    writeFileSync(out, `${one.replace('unsat', 'timeout')}\nfolder,onnx/diamond.onnx,vnn`)
    const again = await bench.run('bench', 'vnncomp', bench.folder, '--out', out, '--filter', 'diamond')
    expect(again.err).toContain('1/2 diamond holds: timeout, known already')
    expect(rows().map((row) => row.split(',')[4])).toEqual(['timeout', 'sat'])
  })

  it('answers wrong folders, files and flags with a code', async () => {
    expect(await bench.run('bench', 'vnncomp', join(bench.folder, 'nowhere'), '--out', out)).toMatchObject({ code: 3 })
    expect(await bench.run('bench', 'vnncomp', bench.folder, '--timeout', 'x', '--out', out)).toMatchObject({ code: 2 })
    const other = bench.file('other.csv', 'this,is\nsomething,else\n')
    const { code, err } = await bench.run('bench', 'vnncomp', bench.folder, '--out', other)
    expect([code, err.includes('vnncomp/csv')]).toEqual([3, true])
    expect(readFileSync(other, 'utf8')).toBe('this,is\nsomething,else\n')
  })
})

it('an empty benchmark has no cactus', async () => {
  await ResultsFile.open(join(bench.folder, 'new', 'results.csv'), 'new')
  expect(cactusCsv(summarise([], new Map()))).toBe('solved,seconds,peer_seconds\n')
})
