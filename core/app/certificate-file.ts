// Certificates as files: written whole or not at all, gzip where the name says so, read with a limit on their size.
import { rename, rm, writeFile } from 'node:fs/promises'
import { constants, gzip } from 'node:zlib'
import { promisify } from 'node:util'
import type { Certificate } from '../certify/certificate.ts'
import { decodeCertificate, encodeCertificate } from '../certify/format.ts'
import { EspalierError } from '../contract/errors.ts'
import { mostUnpacked, readWhole } from '../io/file.ts'

/** Decompressed; the most that can be one string. */
const MAXIMUM_BYTES = 2 ** 29 - 2 ** 16

/** Bytes written. @throws EspalierError 'input/unreadable' where the file cannot be written */
export async function writeCertificate(path: string, certificate: Certificate): Promise<number> {
  const text = Buffer.from(encodeCertificate(certificate))
  const bytes = path.endsWith('.gz') ? await compressed(text) : text
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await writeFile(temporary, bytes)
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw new EspalierError(
      'input/unreadable',
      `${path} cannot be written: ${(cause as Error).message}`,
      'Choose another place.',
      { cause },
    )
  }
  return bytes.length
}

/** Large proofs can be so uniform that they compress like a bomb: then less is saved, eight to one at most. */
async function compressed(text: Buffer): Promise<Buffer> {
  const bytes = await promisify(gzip)(text)
  if (text.length <= mostUnpacked(bytes.length)) return bytes
  return await promisify(gzip)(text, { strategy: constants.Z_HUFFMAN_ONLY })
}

/** @throws EspalierError 'certificate/corrupt', 'input/*', 'data/gzip', 'data/too-large' */
export async function readCertificate(path: string): Promise<Certificate> {
  return decodeCertificate((await readWhole(path, MAXIMUM_BYTES)).toString('utf8'))
}
