// The device probe: what is reported, what is measured, and what `auto` makes of it.
import { describe, expect, test } from 'vitest'
import { openEngine, probeDevices } from '../../core/engine/engine.ts'
import type { DeviceReport } from '../../core/engine/engine.ts'
import { chooseFrom } from '../../core/engine/probe/choose.ts'
import { describeDevice } from '../../core/engine/probe/device.ts'
import { passesSelfTest } from '../../core/engine/probe/measure.ts'
import { createEagerExecutor } from '../../core/engine/run/eager.ts'
import type { Executor } from '../../core/engine/run/executor.ts'

function report(provider: DeviceReport['provider'], speed: number, extra: Partial<DeviceReport> = {}): DeviceReport {
  const base = { provider, available: true, reason: null, device: null, software: false, selfTest: true }
  return { ...base, matmulGflops: speed, convGflops: speed, ...extra }
}

describe('probing', () => {
  test('the processor passes and is measured; what is not here is reported, not thrown', async () => {
    const reports = await probeDevices(['cpu', 'cuda', process.platform === 'win32' ? 'coreml' : 'dml'])
    expect(reports.map(({ provider }) => provider).slice(0, 2)).toEqual(['cpu', 'cuda'])
    expect(reports[0]).toMatchObject({ available: true, selfTest: true, software: false })
    expect(reports[0].matmulGflops).toBeGreaterThan(0.1)
    expect(reports[0].convGflops).toBeGreaterThan(0.1)
    expect(reports[2]).toMatchObject({ available: false, selfTest: null })
    expect(reports[2].reason).toMatch(/^Only on/)
  })

  test('the self-test fails a provider whose numbers are off by one percent', async () => {
    const reference = await createEagerExecutor('tfjs-cpu')
    const wrong: Executor = {
      provider: 'cuda',
      async compile(definition) {
        const program = await reference.compile(definition)
        return {
          ...program,
          outputs: program.outputs,
          release: () => program.release(),
          async run(inputs) {
            const outputs = await program.run(inputs)
            for (const values of Object.values<Float32Array>(outputs as never)) values[0] *= 1.01
            return outputs
          },
        }
      },
    }
    expect(await passesSelfTest(reference, reference)).toBe(true)
    expect(await passesSelfTest(wrong, reference)).toBe(false)
  })
})

describe('auto', () => {
  test('takes a GPU that is clearly faster, and says both speeds', () => {
    const choice = chooseFrom([report('cpu', 100), report('webgpu', 900), report('cuda', 4000)])
    expect(choice).toEqual({ provider: 'cuda', reason: 'auto: cuda measured 4000 GFLOP/s, cpu 100.' })
  })

  test('never takes a software renderer, a failed self-test or a small gain', () => {
    expect(chooseFrom([report('cpu', 1), report('webgpu', 900, { software: true })]).provider).toBe('cpu')
    expect(chooseFrom([report('cpu', 1), report('cuda', 900, { selfTest: false })]).provider).toBe('cpu')
    expect(chooseFrom([report('cpu', 100), report('webgpu', 140)])).toEqual({
      provider: 'cpu',
      reason: 'auto: cpu measured 100 GFLOP/s; webgpu measured 140.',
    })
  })

  test('float64 runs on cpu', async () => {
    const engine = await openEngine({ provider: 'auto', precision: 'float64' })
    expect(engine.provider).toBe('cpu')
    expect(engine.choice).toEqual({ requested: 'auto', reason: 'auto: float64 runs on cpu only.' })
    await engine.dispose()
  })
})

describe('naming the WebGPU adapter on Linux', () => {
  const machine = { platform: 'linux', environment: {}, exists: () => false, list: () => [] }
  const folders = (found: Readonly<Record<string, readonly string[]>>) => (path: string) => found[path] ?? []

  test('SwiftShader by its driver file', () => {
    const environment = { VK_DRIVER_FILES: '/usr/lib/chromium/vk_swiftshader_icd.json' }
    const { device, software } = describeDevice('webgpu', { ...machine, environment })
    expect([device, software]).toEqual(['SwiftShader (drawn by the processor)', true])
  })

  test('llvmpipe as the only installed driver; no card at all', () => {
    const list = folders({ '/usr/share/vulkan/icd.d': ['lvp_icd.x86_64.json'] })
    expect(describeDevice('webgpu', { ...machine, list }).software).toBe(true)
    expect(describeDevice('webgpu', machine).software).toBe(true)
  })

  test('a card beside llvmpipe: not known to be software', () => {
    const list = folders({ '/usr/share/vulkan/icd.d': ['lvp_icd.json', 'radeon_icd.json'], '/dev/dri': ['renderD128'] })
    expect(describeDevice('webgpu', { ...machine, list }).software).toBeNull()
  })

  test('elsewhere nothing is claimed', () => {
    expect(describeDevice('webgpu', { ...machine, platform: 'win32' })).toEqual({ device: null, software: null })
  })
})
