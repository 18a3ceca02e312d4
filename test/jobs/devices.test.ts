// Measuring the providers: a real process beside a core that goes on answering; processes that crash, hang, or never start.
import { describe, expect, it } from 'vitest'
import type { Device, DeviceProbeState } from '../../core/contract/api.ts'
import { DeviceProbe } from '../../core/jobs/devices/probe.ts'
import { forkLauncher, type JobLauncher } from '../../core/jobs/launcher.ts'
import type { FromChild } from '../../core/jobs/protocol.ts'

const device = (provider: string): Device => ({
  ...{ provider, available: true, software: false, adapter: 'it', selfTest: 'passed', reason: '' },
  ...{ matmulGflops: 1, convGflops: 1 },
})

/** A process that plays `script` for the providers it is not told to skip; `crash` ends it, `hang` says nothing more. */
function actor(script: Readonly<Record<string, 'ok' | 'crash' | 'hang'>>, starts: string[][] = []): JobLauncher {
  return () => {
    let say: (message: FromChild) => void = () => undefined
    let exit: (code: number | null) => void = () => undefined
    const play = (skip: readonly string[]): void => {
      starts.push([...skip])
      const total = Object.keys(script).length
      for (const [provider, act] of Object.entries(script)) {
        if (skip.includes(provider)) continue
        say({ type: 'measuring', provider, total })
        if (act === 'crash') exit(139)
        if (act !== 'ok') return
        say({ type: 'device', device: device(provider) })
      }
      say({ type: 'end', outcome: 'done', error: null })
      exit(0)
    }
    return {
      pid: 1,
      send: (message) => {
        if (message.type === 'probe') play(message.skip)
      },
      onMessage: (listener) => {
        say = listener
      },
      onExit: (listener) => {
        exit = (code) => listener({ code, errorOutput: code === 139 ? 'first line\nSegmentation fault\n' : '' })
        queueMicrotask(() => say({ type: 'ready' }))
      },
      kill: () => exit(null),
    }
  }
}

async function measured(probe: DeviceProbe): Promise<DeviceProbeState> {
  probe.start()
  await probe.finished
  return probe.state
}

describe('a measurement', () => {
  it('is told provider by provider, and joined by a second call', async () => {
    const seen: string[] = []
    const starts: string[][] = []
    const launcher = actor({ cpu: 'ok', cuda: 'ok' }, starts)
    const probe = new DeviceProbe({
      launcher,
      onChange: ({ measuring, devices }) => seen.push(`${measuring ?? '-'} ${devices.length}`),
    })
    expect(probe.start()).toMatchObject({ running: true, devices: [] })
    probe.start()
    await probe.finished
    expect(probe.state).toMatchObject({ running: false, measuring: null, total: 2, error: null })
    expect(seen).toEqual(['- 0', 'cpu 0', '- 1', 'cuda 1', '- 2', '- 2'])
    expect(starts).toHaveLength(1)
  })

  it('goes on behind a provider that crashes its process', async () => {
    const starts: string[][] = []
    const { devices, error } = await measured(
      new DeviceProbe({ launcher: actor({ cpu: 'ok', cuda: 'crash', dml: 'ok' }, starts) }),
    )
    expect(devices.map(({ provider, available }) => [provider, available])).toEqual([
      ['cpu', true],
      ['cuda', false],
      ['dml', true],
    ])
    expect(devices[1].reason).toBe('The process that measured it ended with code 139: Segmentation fault.')
    expect(starts).toEqual([[], ['cpu', 'cuda']])
    expect(error).toBeNull()
  })

  it('ends one that hangs at the limit', async () => {
    const { devices } = await measured(new DeviceProbe({ launcher: actor({ webgpu: 'hang', cpu: 'ok' }), limit: 30 }))
    expect(devices.map(({ reason }) => reason)).toEqual(['It did not answer within 0.03 s.', ''])
  })

  it('whose process ends before it measures anything is an error, not a loop', async () => {
    const launcher: JobLauncher = () => ({
      ...{ pid: undefined, send: () => undefined, onMessage: () => undefined, kill: () => undefined },
      onExit: (listener) => queueMicrotask(() => listener({ code: 1, errorOutput: 'no memory' })),
    })
    const state = await measured(new DeviceProbe({ launcher }))
    expect(state).toMatchObject({ running: false, devices: [], error: { code: 'engine/failed' } })
    expect(state.error?.message).toContain('no memory')
  })

  it('under way ends when the core closes', async () => {
    const probe = new DeviceProbe({ launcher: actor({ cpu: 'hang' }) })
    probe.start()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await probe.close()
    expect(probe.state).toMatchObject({ running: false, devices: [] })
    expect(probe.start().running).toBe(false)
  })
})

it('a real measurement leaves the core free to answer', async () => {
  const skip = ['webgpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'tfjs-cpu', 'tfjs-node-gpu']
  const probe = new DeviceProbe({ launcher: forkLauncher, skip })
  let longest = 0
  let last = performance.now()
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 10)
  const { devices, error } = await measured(probe)
  clearInterval(timer)
  expect(error).toBeNull()
  expect(devices).toMatchObject([{ provider: 'cpu', available: true, selfTest: 'passed' }])
  expect(devices[0].matmulGflops).toBeGreaterThan(0.1)
  // Measured in this process it would have been blocked for seconds.
  expect(longest).toBeLessThan(500)
}, 60_000)
