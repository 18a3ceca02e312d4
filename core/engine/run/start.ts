// Starts the executor of a provider, or says in one coded error why it cannot start.
import type { Precision, ProviderName } from '../program.ts'
import { blockSize } from './block.ts'
import { createEagerExecutor } from './eager.ts'
import { requirePrecision, type Executor } from './executor.ts'
import { createOnnxExecutor, startSession } from './onnx.ts'

/** @throws EspalierError 'engine/provider-unavailable' with the provider's own words. */
export async function startExecutor(
  provider: ProviderName,
  precision: Precision,
  threads: number | undefined,
): Promise<Executor> {
  requirePrecision(provider, precision)
  if (provider === 'tfjs-cpu' || provider === 'tfjs-node-gpu') return createEagerExecutor(provider)
  const options = { provider, precision, ...(threads === undefined ? {} : { threads }) }
  await startSession(options)
  return createOnnxExecutor(options, provider === 'cpu' ? await blockSize() : null)
}
