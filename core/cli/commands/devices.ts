// `espalier devices`: the compute providers, each with its self-test and measured speed.
import type { Command } from 'commander'
import { defineAction } from '../context.ts'
import { formatTable } from '../table.ts'

export function addDevices(program: Command): void {
  const command = program.command('devices').description('list compute providers, self-test each and measure it')
  defineAction(command, async ({ terminal, open }) => {
    const app = await open()
    terminal.status('  probing …')
    const devices = await app.api['devices.probe']({})
    terminal.value(devices)
    const columns = [
      { title: 'provider', align: 'left' },
      { title: 'device', align: 'left' },
      { title: 'self-test', align: 'left' },
      { title: 'matmul GFLOP/s' },
      { title: 'conv GFLOP/s' },
      { title: 'note', align: 'left' },
    ] as const
    const speed = (value: number | null): string => (value === null ? '–' : value.toFixed(1))
    const rows = devices.map(
      ({ provider, available, software, adapter, selfTest, matmulGflops, convGflops, reason }) => [
        provider,
        available ? adapter : '–',
        available ? selfTest : 'not available',
        speed(matmulGflops),
        speed(convGflops),
        [software ? 'software renderer' : '', reason.split('\n')[0]].filter((note) => note !== '').join('; '),
      ],
    )
    terminal.print(formatTable(columns, rows))
    return undefined
  })
}
