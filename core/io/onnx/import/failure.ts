// The two errors of reading an ONNX model: it is broken, or it needs what Espalier does not know.
import { EspalierError } from '../../../contract/errors.ts'

/** The file is no sound ONNX model. */
export function corrupt(problem: string, options?: ErrorOptions): EspalierError {
  return new EspalierError(
    'model/corrupt',
    `This is not a sound ONNX model: ${problem}.`,
    'Make sure that the file was copied or downloaded whole, or export it again.',
    options,
  )
}

/** The model is sound, but not one that Espalier reads. */
export function unsupported(problem: string, hint = 'Simplify or export the model without it.'): EspalierError {
  return new EspalierError('model/unsupported', `${problem}.`, hint)
}
