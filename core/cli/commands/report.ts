// `espalier report RUN…`: results to hand over: one HTML file, and the bundle with which a reviewer repeats them.
import type { Command } from 'commander'
import { EspalierError } from '../../contract/errors.ts'
import type { Shell } from '../context.ts'
import { formatCount, formatTable } from '../table.ts'
import { write } from './export.ts'

interface ReportOptions {
  readonly html?: string
  readonly bundle?: string
}

/** As many as the app compares. */
const mostRuns = 6

export function addReport(program: Command, shell: Shell): void {
  const command = program
    .command('report')
    .argument('<runs...>', 'one run, or up to six of which the first is the baseline')
  command.description('write a report for any browser, offline, or the bundle with which a reviewer repeats a run')
  command.option('--html <file>', 'tables, plots, pictures and provenance in one file')
  command.option(
    '--bundle <path>',
    'of one run: ONNX, VNN-LIB, results, witnesses, certificates, report; a folder, or .zip',
  )
  shell.define(command, async ({ terminal, open }) => {
    const { html, bundle } = command.opts<ReportOptions>()
    const ids = command.args
    if (html === undefined && bundle === undefined)
      throw new EspalierError('cli/usage', 'Nothing to write.', 'Give --html FILE, --bundle FILE.zip, or both.')
    if (ids.length > mostRuns || (bundle !== undefined && ids.length > 1))
      throw new EspalierError(
        'cli/usage',
        `${ids.length} runs are too many.`,
        'A report takes six at most, a bundle one.',
      )
    const app = await open('read')
    const written: { file: string; bytes: number }[] = []
    if (html !== undefined) {
      const file = await app.api['runs.report']({ ids: [...ids] })
      written.push({ file: html, bytes: await write(html, file) })
    }
    if (bundle !== undefined) {
      const { writeBundle } = await import('../../app/bundle/write.ts')
      const archive = Buffer.from((await app.api['runs.export']({ id: ids[0], format: 'bundle' })).base64, 'base64')
      await writeBundle(bundle, archive)
      written.push({ file: bundle, bytes: archive.length })
    }
    terminal.value(written)
    const columns = [{ title: 'file', align: 'left' }, { title: 'bytes' }] as const
    terminal.print(formatTable(columns, written.map(({ file, bytes }) => [file, formatCount(bytes)]))) // prettier-ignore
    return undefined
  })
}
