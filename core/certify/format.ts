// Certificates as JSON: small parts as they are, arrays of numbers as base64 of their little-endian bytes.
import { z } from 'zod'
import { EspalierError } from '../contract/errors.ts'
import type { Certificate } from './certificate.ts'
import { malformed } from './failure.ts'

export const FORMAT = 'espalier certificate'
export const VERSION = 1

type NumberArray = Float64Array | Float32Array | Int32Array | Uint16Array
interface ArrayKind<A extends NumberArray> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer): A
}

/** Text ↔ typed array. Text that is no base64 loses characters when it is decoded, which its length shows. */
function numbers<A extends NumberArray>(kind: ArrayKind<A>) {
  return z.codec(z.string(), z.custom<A>(), {
    decode(text, context) {
      const bytes = Buffer.from(text, 'base64')
      const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
      const whole = text.length % 4 === 0 && bytes.length === (text.length / 4) * 3 - padding
      if (whole && bytes.length % kind.BYTES_PER_ELEMENT === 0) return new kind(Uint8Array.from(bytes).buffer)
      context.issues.push({ code: 'custom', input: text, message: 'no base64 of whole numbers' })
      return z.NEVER
    },
    encode: (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64'),
  })
}

const float64 = numbers(Float64Array)
const float32 = numbers(Float32Array)
const int32 = numbers(Int32Array)
const uint16 = numbers(Uint16Array)

const list = z.strictObject({ activations: z.array(z.strictObject({ id: z.string(), neurons: int32 })) })
const tree = z.strictObject({ splits: int32, alpha: uint16, beta: float32, mix: float32.nullable() })
const neurons = z.strictObject({
  activation: z.string(),
  list,
  rows: int32,
  alpha: uint16,
  searches: z.array(z.strictObject({ list, rows: int32, trees: z.array(tree) })),
})
const property = z.strictObject({
  kind: z.enum(['all-positive', 'any-positive']),
  rows: z.strictObject({ rows: z.int().min(1), coefficients: float64, offsets: float64 }),
})
const claim = z.strictObject({
  image: z
    .strictObject({
      index: z.int().min(0),
      label: z.int().min(0),
      target: z.int().min(0).nullable(),
      epsilon: z.number(),
      clip: z.boolean(),
    })
    .nullable(),
  box: z.strictObject({ lower: float64, upper: float64 }),
  property,
  proof: z.strictObject({
    neurons: z.array(neurons),
    list,
    trees: z.array(tree.nullable()),
    halvings: z.strictObject({ axes: int32, sloped: int32, alpha: uint16 }).nullable(),
  }),
})

/** The file's schema. `decode` gives a `Certificate`. */
export const certificateSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  network: z.string().regex(/^[0-9a-f]{64}$/),
  question: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('files'), onnx: z.string(), vnnlib: z.string() }),
    z.strictObject({ kind: z.literal('images'), model: z.string(), dataset: z.string() }),
  ]),
  claims: z.array(claim),
})

/** @throws EspalierError 'certificate/unsupported' for more than fits one string (half a gigabyte) */
export function encodeCertificate(certificate: Certificate): string {
  const { network, question, claims } = certificate
  const plain = claims.map(({ image, box, property: { kind, rows }, proof }) => ({
    image,
    box,
    property: { kind, rows },
    proof,
  }))
  const whole = { format: FORMAT, version: VERSION, network, question, claims: plain } as z.output<
    typeof certificateSchema
  >
  try {
    return JSON.stringify(z.encode(certificateSchema, whole))
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new EspalierError(
      'certificate/unsupported',
      'The certificate is larger than half a gigabyte.',
      'The verdict stands; verify fewer images at once.',
      { cause },
    )
  }
}

/** @throws EspalierError 'certificate/corrupt' */
export function decodeCertificate(text: string): Certificate {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw malformed('it is no JSON, or cut short')
  }
  const version = (value as { version?: unknown } | null)?.version
  if (typeof version === 'number' && version !== VERSION) throw malformed(`it is of version ${version}`)
  const parsed = certificateSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues.at(0)
  throw malformed(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`)
}
