// Certificates as files: what is written is read again, however well it compresses; what is no certificate is refused.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readCertificate, writeCertificate } from '../../core/app/certificate-file.ts'
import type { Certificate } from '../../core/certify/certificate.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-certificate-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A proof of one leaf with `slopes` slopes, all 0. */
function uniform(slopes: number): Certificate {
  const leaf = { splits: Int32Array.of(-1), alpha: new Uint16Array(slopes), beta: new Float32Array(0), mix: null }
  const point = Float64Array.of(0)
  const property = { kind: 'all-positive', rows: { rows: 1, coefficients: point, offsets: point } } as const
  const proof = { neurons: [], list: { activations: [] }, trees: [leaf], halvings: null }
  return {
    network: '0'.repeat(64),
    question: { kind: 'files', onnx: 'a.onnx', vnnlib: 'a.vnnlib' },
    claims: [{ image: null, box: { lower: point, upper: point }, property, proof }],
  }
}

it.each(['plain.json', 'packed.json.gz'])('%s comes back as it was', async (name) => {
  const path = join(folder, name)
  expect(await writeCertificate(path, uniform(7))).toBe(statSync(path).size)
  expect(await readCertificate(path)).toMatchObject(uniform(7))
})

it('that compresses a hundred times from more than 64 MiB is written so that it can be read', async () => {
  const path = join(folder, 'large.json.gz')
  const slopes = 27_000_000
  const bytes = await writeCertificate(path, uniform(slopes))
  // Still smaller than its text.
  expect(bytes).toBeLessThan(slopes)
  const [claim] = (await readCertificate(path)).claims
  expect(claim.proof.trees[0]?.alpha.length).toBe(slopes)
}, 30_000)

it('that unpacks without end is refused', async () => {
  const path = join(folder, 'bomb.json.gz')
  writeFileSync(path, gzipSync(Buffer.alloc(2 ** 27, 0x20)))
  await expect(readCertificate(path)).rejects.toMatchObject({ code: 'data/too-large' })
}, 30_000)
