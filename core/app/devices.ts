// The compute providers, as the contract words them.
import type { ApiOutput } from '../contract/api.ts'
import { probeDevices } from '../engine/engine.ts'

export async function listDevices(): Promise<ApiOutput<'devices.probe'>> {
  const reports = await probeDevices()
  return reports.map(({ provider, available, software, device, selfTest, matmulGflops, convGflops, reason }) => ({
    provider,
    available,
    software: software ?? false,
    adapter: device ?? '',
    selfTest: selfTest === null ? 'not-run' : selfTest ? 'passed' : 'failed',
    matmulGflops,
    convGflops,
    reason: reason ?? '',
  }))
}
