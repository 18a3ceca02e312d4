// Starts the executor of a provider, or says in one coded error why it cannot start.
import { EspalierError } from '../../contract/errors.ts'
import type { Precision, ProviderName } from '../program.ts'
import { createEagerExecutor } from './eager.ts'
import type { Executor } from './executor.ts'
import { createOnnxExecutor, startSession } from './onnx.ts'

/** @throws EspalierError 'engine/provider-unavailable' with the provider's own words. */
export async function startExecutor(
  provider: ProviderName,
  precision: Precision,
  threads: number | undefined,
): Promise<Executor> {
  if (precision === 'float64' && provider !== 'cpu') {
    throw new EspalierError(
      'engine/provider-unavailable',
      `The provider ${provider} has no float64.`,
      'Open a second engine on the provider cpu for float64 programs.',
    )
  }
  if (provider === 'tfjs-cpu' || provider === 'tfjs-node-gpu') return createEagerExecutor(provider)
  const options = { provider, precision, ...(threads === undefined ? {} : { threads }) }
  await startSession(options)
  return createOnnxExecutor(options)
}
