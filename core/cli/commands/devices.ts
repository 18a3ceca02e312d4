// `espalier devices`: the compute providers, each with its self-test and measured speed.
import type { Command } from 'commander'
import { EspalierError, type ErrorCode } from '../../contract/errors.ts'
import { DeviceProbe } from '../../jobs/devices/probe.ts'
import { forkLauncher } from '../../jobs/launcher.ts'
import type { Shell } from '../context.ts'
import { formatTable } from '../table.ts'

export function addDevices(program: Command, shell: Shell): void {
  const command = program.command('devices').description('list compute providers, self-test each and measure it')
  shell.define(command, async ({ terminal }) => {
    terminal.status('  starting the measuring process …')
    const probe = new DeviceProbe({
      launcher: forkLauncher,
      onChange: ({ measuring, devices, total }) => {
        if (measuring !== null) terminal.status(`  measuring ${measuring} (${devices.length + 1} of ${total ?? '?'}) …`)
      },
    })
    probe.start()
    await probe.finished
    const { devices, error } = probe.state
    if (error !== null) throw new EspalierError(error.code as ErrorCode, error.message, error.hint)
    terminal.value(devices)
    const columns = [
      { title: 'provider', align: 'left' },
      { title: 'device', align: 'left' },
      { title: 'self-test', align: 'left' },
      { title: 'matmul GFLOP/s' },
      { title: 'conv GFLOP/s' },
      { title: 'note', align: 'left' },
    ] as const
    const speed = (value: number | null): string =>
      value === null ? '–' : value < 0.1 ? value.toPrecision(2) : value.toFixed(1)
    const rows = devices.map(
      ({ provider, available, software, adapter, selfTest, matmulGflops, convGflops, reason }) => [
        provider,
        available ? adapter : '–',
        available ? selfTest : 'not available',
        speed(matmulGflops),
        speed(convGflops),
        shorten([software ? 'software renderer' : '', reason.split('\n')[0]].filter((note) => note !== '').join('; ')),
      ],
    )
    terminal.print(formatTable(columns, rows))
    return undefined
  })
}

/** The whole of a long reason is in --json. */
function shorten(text: string): string {
  return text.length > 90 ? `${text.slice(0, 89)}…` : text
}
