// The measuring process's side of a device probe: one provider after another, each announced before it is tried.
import type { Device } from '../../contract/api.ts'
import type { DeviceReport } from '../../engine/engine.ts'
import type { FromChild } from '../protocol.ts'

/** Tells what it measures and what came out. A provider may end the process: then the core knows which it was. */
export async function measureProviders(
  skip: readonly string[],
  signal: AbortSignal,
  tell: (message: FromChild) => void,
): Promise<void> {
  const { allProviders, probeDevices } = await import('../../engine/probe/probe.ts')
  for (const provider of allProviders) {
    if (signal.aborted) return
    if (skip.includes(provider)) continue
    tell({ type: 'measuring', provider, total: allProviders.length })
    for (const report of await probeDevices([provider])) tell({ type: 'device', device: toDevice(report) })
  }
}

/** A report as the contract words it. */
function toDevice(report: DeviceReport): Device {
  const { provider, available, software, device, selfTest, matmulGflops, convGflops, reason } = report
  return {
    provider,
    available,
    software: software ?? false,
    adapter: device ?? '',
    selfTest: selfTest === null ? 'not-run' : selfTest ? 'passed' : 'failed',
    matmulGflops,
    convGflops,
    reason: reason ?? '',
  }
}
