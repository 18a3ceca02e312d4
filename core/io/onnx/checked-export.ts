// An export that is only given out after it was read back and compared.
import { EspalierError } from '../../contract/errors.ts'
import { SeededRandom } from '../../data/random.ts'
import { evaluate64, sizeOf, type Network } from '../../nn/index.ts'
import { exportOnnx, type ExportOptions } from './export.ts'
import { importOnnx } from './import/import.ts'

export interface CheckedExport {
  readonly bytes: Uint8Array
  /** Largest absolute difference of an output: the network against its re-import, and the re-import against ONNX Runtime. */
  readonly difference: number
}

/** Random points tried. */
const points = 4
/** Largest difference allowed, relative to the largest output (at least 1): rounding of folded parameters to float32. */
const tolerance = 1e-3

/**
 * `exportOnnx`, re-imported, run beside ONNX Runtime and compared with the network itself on random inputs in [0, 1].
 * @throws EspalierError 'model/unsupported' where they differ by more than rounding
 */
export async function exportCheckedOnnx(network: Network, options: ExportOptions = {}): Promise<CheckedExport> {
  const bytes = exportOnnx(network, options)
  const again = await importOnnx(bytes)
  const random = new SeededRandom(2)
  let difference = again.difference
  for (let point = 0; point < points; point++) {
    const x = Float64Array.from({ length: sizeOf(network.inputShape) }, () => random.uniform())
    const [expected, actual] = [evaluate64(network, x), evaluate64(again.network, x)]
    const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i])), 0)
    const magnitude = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
    if (!(worst <= tolerance * magnitude)) throw differs(network, worst)
    difference = Math.max(difference, worst)
  }
  return { bytes, difference }
}

function differs({ name }: Network, difference: number): EspalierError {
  return new EspalierError(
    'model/unsupported',
    `The network "${name}" differs by ${difference.toPrecision(3)} from its own ONNX export in float32.`,
    'Export it with fold: false, or check its parameters for extreme values.',
  )
}
