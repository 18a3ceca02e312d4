// Exports are read back as the same function, and files are opened plain or compressed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { exportCheckedOnnx } from '../../../core/io/onnx/checked-export.ts'
import { readOnnxFile } from '../../../core/io/onnx/read.ts'
import { buildArchitecture, createNetwork, evaluate64, type Layer } from '../../../core/nn/index.ts'
import { networkOf, pointOf, randomPlan, relativeDifference } from '../../nn/random-network.ts'
import { random, smallModel } from './models.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-onnx-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('exportCheckedOnnx', () => {
  it('gives back random networks of every kind', async () => {
    await fc.assert(
      fc.asyncProperty(randomPlan, fc.boolean(), async (plan, fold) => {
        const { difference } = await exportCheckedOnnx(networkOf(plan), { fold })
        expect(difference).toBeLessThan(1e-2)
      }),
      { numRuns: 40 },
    )
  })

  it('gives back a residual network with batch norm', async () => {
    const { difference } = await exportCheckedOnnx(buildArchitecture('resnet4b', [3, 32, 32], 1, { batchNorm: true }))
    expect(difference).toBeLessThan(1e-4)
  })

  it('notices weights that float32 cannot hold', async () => {
    const layer = (weight: number): Layer => ({
      kind: 'dense',
      weight: { shape: [1, 1], data: Float64Array.of(weight) },
      bias: { shape: [1], data: Float64Array.of(0) },
    })
    const nodes = [1e-60, 1e60].map((weight, i) => ({ id: `d${i}`, layer: layer(weight) }))
    const network = createNetwork({ name: 'extreme', inputShape: [1], nodes })
    await expect(exportCheckedOnnx(network)).rejects.toMatchObject({
      code: expect.stringMatching(/^model\//) as string,
    })
  })
})

describe('readOnnxFile', () => {
  const bytes = smallModel({
    inputs: { x: [1, 3] },
    constants: { w: random(3, 2) },
    steps: [['MatMul', ['x', 'w'], 'y']],
  })
  const file = (name: string, content: Uint8Array): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }

  it('reads a file and its gzip as the same network, called after the file', async () => {
    const plain = await readOnnxFile(file('small.onnx', bytes))
    const packed = await readOnnxFile(file('small.onnx.gz', gzipSync(bytes)))
    expect([plain.network.name, packed.network.name]).toEqual(['small', 'small'])
    expect(plain.operators).toEqual(['MatMul'])
    const x = pointOf(plain.network, 1)
    expect(relativeDifference(evaluate64(plain.network, x), evaluate64(packed.network, x))).toBe(0)
  })

  it.each([
    ['input/not-found', () => join(folder, 'nowhere.onnx')],
    ['data/gzip', () => file('cut.onnx.gz', gzipSync(bytes).subarray(0, 40))],
    ['model/corrupt', () => file('empty.onnx', new Uint8Array())],
  ] as const)('answers with %s', async (code, path) => {
    await expect(readOnnxFile(path())).rejects.toMatchObject({ code })
  })
})
