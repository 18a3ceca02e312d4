// Lists the providers of this machine, tests each against the reference and measures it.
import { EspalierError } from '../../contract/errors.ts'
import type { DeviceReport, ProviderName } from '../program.ts'
import { createEagerExecutor } from '../run/eager.ts'
import type { Executor } from '../run/executor.ts'
import { startExecutor } from '../run/start.ts'
import { describeDevice } from './device.ts'
import { convolutionSpeed, matmulSpeed, passesSelfTest } from './measure.ts'

/** Every provider Espalier knows, in the order they are shown. */
export const allProviders: readonly ProviderName[] = [
  'cpu',
  'webgpu',
  'cuda',
  'tensorrt',
  'dml',
  'coreml',
  'tfjs-cpu',
  'tfjs-node-gpu',
]

/** Platforms outside which a provider cannot exist; the others may be anywhere. */
const platforms: Partial<Record<ProviderName, { readonly only: NodeJS.Platform; readonly name: string }>> = {
  dml: { only: 'win32', name: 'Windows' },
  coreml: { only: 'darwin', name: 'macOS' },
  cuda: { only: 'linux', name: 'Linux' },
  tensorrt: { only: 'linux', name: 'Linux' },
}

/**
 * Tries every provider, one after another; one that does not start is reported, never thrown.
 * Takes a few seconds: the reference itself (`tfjs-cpu`) is not measured at full size.
 */
export async function probeDevices(
  providers: readonly ProviderName[] = allProviders,
): Promise<readonly DeviceReport[]> {
  const reference = await createEagerExecutor('tfjs-cpu')
  const reports: DeviceReport[] = []
  for (const provider of providers) reports.push(await probe(provider, reference))
  return reports
}

async function probe(provider: ProviderName, reference: Executor): Promise<DeviceReport> {
  const elsewhere = platforms[provider]
  if (elsewhere !== undefined && elsewhere.only !== process.platform) {
    return unavailable(provider, `Only on ${elsewhere.name}.`)
  }
  try {
    return await measured(await startExecutor(provider, 'float32', undefined), reference)
  } catch (error) {
    return unavailable(provider, error instanceof EspalierError ? error.message : String(error))
  }
}

function unavailable(provider: ProviderName, reason: string): DeviceReport {
  return {
    provider,
    available: false,
    reason,
    device: null,
    software: null,
    selfTest: null,
    matmulGflops: null,
    convGflops: null,
  }
}

async function measured(executor: Executor, reference: Executor): Promise<DeviceReport> {
  const { provider } = executor
  const { device, software } = describeDevice(provider)
  const selfTest = provider === 'tfjs-cpu' ? null : await passesSelfTest(executor, reference)
  return {
    provider,
    available: true,
    reason: remark(provider, software, selfTest),
    device,
    software,
    selfTest,
    matmulGflops: await matmulSpeed(executor),
    convGflops: await convolutionSpeed(executor),
  }
}

function remark(provider: ProviderName, software: boolean | null, selfTest: boolean | null): string | null {
  if (selfTest === false) return 'Its results differ from the reference: do not use it.'
  if (provider === 'tfjs-cpu') return 'The reference the others are tested against.'
  return software === true ? 'A software renderer: it works, but the processor itself is faster.' : null
}
