// Opens an `.onnx` or `.onnx.gz` file as a network.
import { basename } from 'node:path'
import { readWhole } from '../file.ts'
import { importOnnx, translateOnnx, type ImportedModel, type ImportOptions, type Translation } from './import/import.ts'
import { maximumBytes } from './import/limits.ts'

/**
 * Imports a file; the network is called after it unless `options.name` says otherwise.
 * @throws EspalierError as `importOnnx`, and 'input/*', 'data/gzip', 'data/too-large' for the file itself.
 */
export async function readOnnxFile(path: string, options: ImportOptions = {}): Promise<ImportedModel> {
  return importOnnx(await readOnnxBytes(path), { name: networkNameOf(path), ...options })
}

/** The bytes of the model, unpacked where the file is. @throws EspalierError 'input/*', 'data/gzip', 'data/too-large' */
export function readOnnxBytes(path: string): Promise<Buffer> {
  return readWhole(path, maximumBytes)
}

/** The same without ONNX Runtime; what the file says is translated and not compared with anything. */
export async function translateOnnxFile(path: string): Promise<Translation> {
  return translateOnnx(await readOnnxBytes(path), { name: networkNameOf(path) })
}

/** What a network is called after its file. */
export function networkNameOf(path: string): string {
  return basename(path).replace(/(\.onnx)?(\.gz)?$/i, '')
}
