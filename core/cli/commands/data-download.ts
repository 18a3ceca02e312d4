// `espalier data catalogue | download`: official datasets with their hashes, fetched only by this command.
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { catalogue } from '../../data/catalogue/entries.ts'
import { catalogueEntry, download } from '../../data/catalogue/download.ts'
import { resolveHome } from '../../home.ts'
import type { Shell } from '../context.ts'
import { formatCount, formatTable } from '../table.ts'

export function addCatalogue(data: Command, shell: Shell): void {
  const command = data.command('catalogue').description('official datasets, their files with size and SHA-256')
  shell.define(command, ({ terminal }) => {
    terminal.value(catalogue.map(({ unpack, ...entry }) => ({ ...entry, archive: unpack?.archive ?? null })))
    const columns = [{ title: 'dataset', align: 'left' }, { title: 'file', align: 'left' }, { title: 'bytes' }, { title: 'sha-256', align: 'left' }] as const // prettier-ignore
    const rows = catalogue.flatMap(({ name, files }) =>
      files.map((file, i) => [i === 0 ? name : '', file.name, formatCount(file.bytes), file.sha256]),
    )
    terminal.print(formatTable(columns, rows))
    terminal.print(catalogue.map(({ name, home }) => `  ${name}: ${home}`).join('\n'))
    return Promise.resolve(undefined)
  })
}

export function addDownload(data: Command, shell: Shell): void {
  const command = data.command('download').argument('<name>', `one of ${catalogue.map(({ name }) => name).join(', ')}`)
  command.description('fetch a dataset of the catalogue, verify it, and say how to use it')
  command.option('--to <dir>', 'folder for the files (default: datasets/NAME in the data folder)')
  shell.define(command, async ({ terminal }) => {
    const { to, home } = command.opts<{ to?: string; home?: string }>()
    const entry = catalogueEntry(command.args[0])
    const directory = to === undefined ? join(resolveHome(home), 'datasets', entry.name) : resolve(to)
    const stop = new AbortController()
    const onSignal = (): void => stop.abort()
    process.once('SIGINT', onSignal)
    try {
      const onProgress = (name: string, bytes: number, all: number): void =>
        terminal.status(`${name}: ${((100 * bytes) / all).toFixed(0)} % of ${formatCount(all)} bytes`)
      await download({ entry, directory, signal: stop.signal, onProgress })
    } finally {
      process.removeListener('SIGINT', onSignal)
      terminal.clearStatus()
    }
    terminal.value({ name: entry.name, directory })
    terminal.print(`  ${entry.title}, verified: --data ${directory}`)
    return undefined
  })
}
