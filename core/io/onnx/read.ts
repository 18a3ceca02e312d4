// Opens an `.onnx` or `.onnx.gz` file as a network.
import { basename } from 'node:path'
import { readWhole } from '../file.ts'
import { importOnnx, type ImportedModel, type ImportOptions } from './import/import.ts'
import { maximumBytes } from './import/limits.ts'

/**
 * Imports a file; the network is called after it unless `options.name` says otherwise.
 * @throws EspalierError as `importOnnx`, and 'input/*', 'data/gzip', 'data/too-large' for the file itself.
 */
export async function readOnnxFile(path: string, options: ImportOptions = {}): Promise<ImportedModel> {
  const name = basename(path).replace(/(\.onnx)?(\.gz)?$/i, '')
  return importOnnx(await readWhole(path, maximumBytes), { name, ...options })
}
