// Picks the provider for `auto` by measurement, and says why.
import type { DeviceReport, Precision, ProviderName } from '../program.ts'
import { probeDevices } from './probe.ts'

export interface Choice {
  readonly provider: ProviderName
  readonly reason: string
}

/** Providers `auto` may pick; the eager ones and tensorrt (minutes to compile a program) are for those who ask. */
const candidates: readonly ProviderName[] = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml']

/** A GPU must win clearly: its per-run overhead is larger than the measured loads show. */
const requiredGain = 1.5

/** Measures what is here; float64 exists on `cpu` only. */
export async function chooseProvider(precision: Precision): Promise<Choice> {
  if (precision === 'float64') return { provider: 'cpu', reason: 'auto: float64 runs on cpu only.' }
  return chooseFrom(await probeDevices(candidates))
}

/** The fastest provider that passed its self-test and is no software renderer; cpu where none beats it by half. */
export function chooseFrom(reports: readonly DeviceReport[]): Choice {
  const usable = reports.filter(
    ({ provider, available, selfTest, software }) =>
      provider !== 'cpu' && available && selfTest === true && software !== true,
  )
  const cpu = speed(reports.find(({ provider }) => provider === 'cpu'))
  const best = usable.toSorted((a, b) => speed(b) - speed(a)).at(0)
  if (best !== undefined && speed(best) > requiredGain * cpu) {
    return {
      provider: best.provider,
      reason: `auto: ${best.provider} measured ${speed(best).toFixed(0)} GFLOP/s, cpu ${cpu.toFixed(0)}.`,
    }
  }
  return { provider: 'cpu', reason: `auto: cpu measured ${cpu.toFixed(0)} GFLOP/s; ${whyNot(reports)}.` }
}

/** The geometric mean of both loads. */
function speed(report: DeviceReport | undefined): number {
  return Math.sqrt((report?.matmulGflops ?? 0) * (report?.convGflops ?? 0))
}

function whyNot(reports: readonly DeviceReport[]): string {
  const others = reports.filter(({ provider, available }) => provider !== 'cpu' && available)
  if (others.length === 0) return 'no other provider starts here'
  return others.map((report) => `${report.provider} ${shortcoming(report)}`).join(', ')
}

function shortcoming(report: DeviceReport): string {
  if (report.selfTest !== true) return 'failed its self-test'
  return report.software === true ? 'is a software renderer' : `measured ${speed(report).toFixed(0)}`
}
