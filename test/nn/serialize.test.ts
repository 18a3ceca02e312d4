// Saved networks: bit-exact round trips, stable hashes, and no damaged or hostile file gets through.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EspalierError } from '../../core/contract/errors.ts'
import {
  allParameters,
  buildArchitecture,
  evaluate64,
  fuseBatchNorm,
  networkHash,
  parseNetwork,
  serializeNetwork,
  withParameters,
} from '../../core/nn/index.ts'
import { networkOf, pointOf, randomPlan } from './random-network.ts'

const network = buildArchitecture('net1', [4], 1)
const saved = serializeNetwork(network)

/** The file with another header, its checksum made right again: only validation can refuse it. */
function withHeader(change: (header: Record<string, unknown>) => unknown): Uint8Array {
  const file = Buffer.from(saved)
  const length = file.readUInt32LE(8)
  const header = JSON.parse(file.toString('utf8', 12, 12 + length)) as Record<string, unknown>
  const changed = change(header)
  return assemble(
    Buffer.from(typeof changed === 'string' ? changed : JSON.stringify(changed)),
    afterHeader(file, length),
  )
}

const afterHeader = (file: Buffer, length: number): Buffer => file.subarray(Math.ceil((12 + length) / 8) * 8, -32)

function assemble(header: Buffer, blocks: Uint8Array, claimed = header.length): Uint8Array {
  const prefix = Buffer.alloc(12)
  prefix.write('ESPNET1\n', 'latin1')
  prefix.writeUInt32LE(claimed, 8)
  const padding = Buffer.alloc((8 - ((12 + header.length) % 8)) % 8)
  const body = Buffer.concat([prefix, header, padding, blocks])
  return Buffer.concat([body, createHash('sha256').update(body).digest()])
}

function refusal(bytes: Uint8Array): string {
  try {
    parseNetwork(bytes)
  } catch (error) {
    if (error instanceof EspalierError && error.code === 'model/corrupt') return error.message
    throw error
  }
  throw new Error('the file was accepted')
}

type HeaderNodes = { nodes: { kind: string; attributes: object; parameters: { shape: number[]; type: string }[] }[] }

describe('round trip', () => {
  it('gives back every bit, float32 and float64, of random networks', () => {
    fc.assert(
      fc.property(randomPlan, fc.boolean(), (plan, fused) => {
        const original = fused ? fuseBatchNorm(networkOf(plan)) : networkOf(plan)
        const bytes = serializeNetwork(original)
        const copy = parseNetwork(bytes)
        expect(copy).toEqual(original)
        expect(serializeNetwork(copy)).toEqual(bytes)
        expect(networkHash(copy)).toBe(networkHash(original))
        expect(evaluate64(copy, pointOf(copy, 1))).toEqual(evaluate64(original, pointOf(original, 1)))
      }),
      { numRuns: 60 },
    )
  })

  it('keeps odd values: negative zero, subnormal, infinity, NaN', () => {
    const values = Float32Array.of(-0, 1e-45, Infinity, -Infinity, NaN, 0, 1, 2, 3, 4)
    const copy = parseNetwork(serializeNetwork(withParameters(network, { 'dense4.bias': values })))
    const bias = allParameters(copy).find(({ name }) => name === 'dense4.bias')
    expect(new Uint8Array(bias?.parameter.data.buffer ?? new ArrayBuffer())).toEqual(new Uint8Array(values.buffer))
  })

  it('reads from the middle of a larger buffer', () => {
    const shifted = new Uint8Array(saved.length + 3)
    shifted.set(saved, 3)
    expect(parseNetwork(shifted.subarray(3))).toEqual(network)
  })
})

describe('the hash', () => {
  it('is the same for the same network under another name, and in another process', () => {
    expect(networkHash({ ...network, name: 'other' })).toBe(networkHash(network))
    expect(networkHash(network)).toBe('563b9b7488aaf2d9038d34e345e593f91e60b2619ad61c53bf5c576d280ba13b')
  })

  it('changes with one bit of one parameter, and with the precision', () => {
    const bias = Float32Array.from(allParameters(network)[1].parameter.data)
    bias[0] += 1e-6
    expect(networkHash(withParameters(network, { 'dense1.bias': bias }))).not.toBe(networkHash(network))
    const wide = Float64Array.from(allParameters(network)[1].parameter.data)
    expect(networkHash(withParameters(network, { 'dense1.bias': wide }))).not.toBe(networkHash(network))
  })
})

describe('refusals', () => {
  it('refuses every truncation and every flipped byte', () => {
    for (let length = 0; length < saved.length; length += length < 200 ? 1 : 997) refusal(saved.subarray(0, length))
    for (let at = 0; at < saved.length; at += at < 200 ? 1 : 997) {
      const altered = Uint8Array.from(saved)
      altered[at] ^= 1
      refusal(altered)
    }
  })

  it('refuses a header longer than the file, before reading it', () => {
    expect(refusal(assemble(Buffer.from('{}'), new Uint8Array(), 0xffff_ffff))).toMatch(/header is longer/)
  })

  it('refuses headers that are no JSON, miss a key, have a strange one, or another version', () => {
    expect(refusal(withHeader(() => '{'))).toMatch(/not JSON/)
    expect(refusal(withHeader((header) => ({ ...header, name: undefined })))).toMatch(/name/)
    expect(refusal(withHeader((header) => ({ ...header, extra: 1 })))).toMatch(/extra/)
    expect(refusal(withHeader((header) => ({ ...header, version: 2 })))).toMatch(/version/)
  })

  it('refuses shapes that ask for more memory than the file has, without allocating it', () => {
    const huge = withHeader((header) => {
      const { nodes } = header as unknown as HeaderNodes
      nodes[0].parameters[0].shape = [4_000_000_000, 4_000_000_000]
      return header
    })
    expect(refusal(huge)).toMatch(/describes .* bytes and the file has/)
  })

  it('refuses unknown kinds, strange attributes, missing parameters, shapes that do not fit', () => {
    const node = (change: (node: HeaderNodes['nodes'][number]) => void) =>
      withHeader((header) => {
        change((header as unknown as HeaderNodes).nodes[1])
        return header
      })
    expect(refusal(node((bn) => (bn.kind = 'constructor')))).toMatch(/kind/)
    expect(refusal(node((bn) => (bn.attributes = { epsilon: 'x' })))).toMatch(/epsilon/)
    expect(refusal(node((bn) => (bn.attributes = { epsilon: 1e-5, code: '1' })))).toMatch(/code/)
    expect(refusal(node((bn) => (bn.attributes = { epsilon: -1 })))).toMatch(/epsilon should be/)
    expect(refusal(node((bn) => (bn.parameters[0].shape = [8, 8])))).toMatch(/"bn1" \(batchNorm\).*gamma.* 64 .*8×8/)
    expect(refusal(node((bn) => bn.parameters.pop()))).toMatch(/bytes|parameters/)
  })
})
