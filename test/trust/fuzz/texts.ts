// Fuzz targets that are texts or tables: VNN-LIB properties, IDX arrays, recipes, competition files.
import { readFileSync, readdirSync } from 'node:fs'
import { readIdx } from '../../../core/data/idx/read.ts'
import { parseInstances, parseResults, parseWitness, readVnnlibFile } from '../../../core/io/index.ts'
import { parseRecipe } from '../../../core/jobs/recipe/text.ts'
import { mutated } from '../../io/mutate.ts'
import { gzipBomb, reworded } from './damage.ts'
import type { FuzzTarget } from './target.ts'

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text)
const decoded = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const declared = '(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)(declare-const Y_1 Real)\n'
const boxed = `${declared}(assert (>= X_0 -1)) (assert (<= X_0 1)) (assert (>= X_1 0)) (assert (<= X_1 0.5))\n`
const second = `(vnnlib-version <2.0>)
(declare-network f (declare-input X real [1, 2]) (declare-output Y real [2]))
(assert (>= X[0,0] -1)) (assert (<= X[0,0] 1)) (assert (== X[0,1] 0.5)) (assert (<= Y[0] Y[1]))`

export const vnnlibTarget: FuzzTarget = {
  seeds: () =>
    [`${boxed}(assert (or (and (>= Y_0 Y_1)) (and (<= (+ Y_0 (* 2 Y_1)) -3) (< Y_1 0))))`, second].map(encoded),
  bend: reworded,
  bombs: [
    () => encoded('('.repeat(2 ** 21)),
    () => encoded(`${boxed}(assert ${'(and '.repeat(200_000)}`),
    () => encoded(`${boxed}${'(assert (or (<= Y_0 0) (<= Y_1 0)))'.repeat(60)}`),
    () => encoded(`${boxed}(assert (or ${'(and (or (<= Y_0 0) (<= Y_1 1)) (or (<= Y_0 2) (<= Y_1 3)))'.repeat(20_000)}))`),
    () => encoded('(declare-const X_4294967295 Real)(declare-const Y_99999999999999999999 Real)'),
    () => encoded('(vnnlib-version <2.0>)(declare-network f (declare-input X real [65536, 65536, 65536]) (declare-output Y real [1]))'),
    () => encoded(`${boxed}(assert (<= ${'(+ Y_0 '.repeat(250)}1${')'.repeat(250)} 0))`),
    () => encoded(`${boxed}(assert (<= Y_0 ${'9'.repeat(400_000)}))`),
    () => encoded(`; ${'x'.repeat(2 ** 22)}\n${boxed}`),
    () => encoded(`${declared}${'(assert (<= X_0 1))'.repeat(60_000)}`),
    () => gzipBomb(700, 0x28),
    () => gzipBomb(200, 0x20),
  ], // prettier-ignore
  gzip: true,
  read: (path) => readVnnlibFile(path),
}

function idx(magic: number, extents: readonly number[], body: number): Buffer {
  const head = Buffer.alloc(4 + 4 * extents.length)
  head.writeUInt32BE(magic, 0)
  extents.forEach((extent, axis) => head.writeUInt32BE(extent, 4 + 4 * axis))
  return Buffer.concat([head, Buffer.alloc(body, 7)])
}

export const idxTarget: FuzzTarget = {
  seeds: () => [idx(0x803, [12, 2, 3], 72), idx(0x801, [72], 72)],
  bend: mutated,
  bombs: [
    () => idx(0x803, [0xffffffff, 0xffffffff, 0xffffffff], 100),
    () => idx(0x803, [2, 16_384, 16_384], 100),
    () => idx(0x803, [0, 0, 0], 0),
    () => idx(0x801, [2 ** 31 - 9], 1000),
    () => gzipBomb(1500, 0, idx(0x803, [1500, 1024, 1024], 0)),
    () => gzipBomb(100, 0, idx(0x803, [2000, 1024, 1024], 0)),
    () => gzipBomb(400, 0, idx(0x801, [10], 0)),
  ],
  gzip: true,
  read: async (path, bytes) => readIdx(path, bytes[3] === 1 ? 'labels' : 'images'),
}

const recipes = new URL('../../../resources/recipes/', import.meta.url)

export const recipeTarget: FuzzTarget = {
  seeds: () =>
    readdirSync(recipes)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => readFileSync(new URL(name, recipes))),
  bend: reworded,
  bombs: [
    () => encoded(`a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghijk'.replace(/./g, (k) => `${k}: &${k} [${`*${String.fromCharCode(k.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`),
    () => encoded('['.repeat(249_999)),
    () => encoded('{a: '.repeat(62_000)),
    () => encoded('- '.repeat(124_000)),
    () => encoded('a:\n'.repeat(83_000)),
    () => encoded(`${'? '.repeat(50_000)}x`),
    () => encoded(`name: ${'x'.repeat(240_000)}`),
    () => encoded('&a [*a, *a]'),
    () => encoded(`<<: ${'{<<: '.repeat(2000)}1${'}'.repeat(2000)}`),
    () => encoded(Array.from({ length: 18_000 }, (_, i) => `k${i}: ${i}`).join('\n')),
  ], // prettier-ignore
  gzip: false,
  read: (_path, bytes) => parseRecipe(decoded(bytes)),
}

const instances = 'onnx/a.onnx,vnnlib/p.vnnlib,120\n"onnx/b, c.onnx",vnnlib/q.vnnlib.gz,60.5\n'
const results = 'test,onnx/a.onnx,vnnlib/p.vnnlib.gz,0.1,unsat,1.5\ntest,onnx/b.onnx,vnnlib/q.vnnlib,0.0,sat,0.25\n'
const witness = 'sat\n((X_0 0.5)\n(X_1 -1.25e-3)\n(Y_0 1)\n(Y_1 2.75))\n'

export const competitionTarget: FuzzTarget = {
  seeds: () => [instances, results, witness].map(encoded),
  bend: reworded,
  bombs: [
    () => encoded('"'.repeat(400_000)),
    () => encoded('""'.repeat(200_000)),
    () => encoded(','.repeat(400_000)),
    () => encoded(`${' '.repeat(200_000)}x`),
    () => encoded(`sat (${' '.repeat(100_000)}(X_0`),
    () => encoded(`sat ${'('.repeat(200_000)}`),
    () => encoded('sat ((X_99999999 1))'),
    () => encoded('\n'.repeat(2 ** 20)),
  ],
  gzip: false,
  read: (_path, bytes) => {
    const text = decoded(bytes)
    if (text.startsWith('sat')) return parseWitness(text)
    return text.startsWith('test') ? parseResults(text) : parseInstances(text)
  },
}
