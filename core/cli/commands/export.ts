// `espalier export`: a model as ONNX, the verdicts of a run as CSV, everything of a run as JSON.
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Command } from 'commander'
import type { App } from '../../app.ts'
import type { ApiOutput } from '../../contract/api.ts'
import { EspalierError, toErrorData } from '../../contract/errors.ts'
import type { Shell } from '../context.ts'
import { formatCount, formatTable } from '../table.ts'

interface ExportOptions {
  readonly onnx?: string
  readonly csv?: string
  readonly results?: string
  readonly certificate?: string
}

export function addExport(program: Command, shell: Shell): void {
  const command = program.command('export').argument('<id>', 'a run or a model')
  command.description('write a model or the results of a run to files')
  command.option('--onnx <file>', 'the network (of a run: its final one): opset 13, float32, batch 1')
  command.option('--csv <file>', 'of a run: one line for each verified image')
  command.option('--results <file>', 'of a run: run, model, metrics and verdicts as JSON')
  command.option('--certificate <file>', 'of a run: the proofs that were kept, for espalier check (.gz: compressed)')
  shell.define(command, async ({ terminal, open }) => {
    const { onnx, csv, results, certificate } = command.opts<ExportOptions>()
    if ([onnx, csv, results, certificate].every((file) => file === undefined))
      throw new EspalierError(
        'cli/usage',
        'Nothing to write.',
        'Give --onnx FILE, --csv FILE, --results FILE or --certificate FILE.',
      )
    const app = await open('read')
    const [id] = command.args
    const written: { file: string; bytes: number }[] = []
    const save = async (file: string, content: ApiOutput<'runs.export'>): Promise<void> => {
      written.push({ file, bytes: await write(file, content) })
    }
    if (onnx !== undefined)
      await save(onnx, await app.api['models.export']({ id: await modelOf(app, id), format: 'onnx' }))
    if (csv !== undefined) await save(csv, await app.api['runs.export']({ id, format: 'csv' }))
    if (results !== undefined) await save(results, await app.api['runs.export']({ id, format: 'json' }))
    if (certificate !== undefined) await save(certificate, await app.api['runs.export']({ id, format: 'certificate' }))
    terminal.value(written)
    const columns = [{ title: 'file', align: 'left' }, { title: 'bytes' }] as const
    terminal.print(formatTable(columns, written.map(({ file, bytes }) => [file, formatCount(bytes)]))) // prettier-ignore
    return undefined
  })
}

/** `id` itself, or the model that the run of that id ended with. */
async function modelOf(app: App, id: string): Promise<string> {
  try {
    const { run } = await app.api['runs.get']({ id })
    if (run.modelId !== null) return run.modelId
  } catch (thrown) {
    if (toErrorData(thrown).code !== 'store/missing') throw thrown
    return id
  }
  throw new EspalierError('store/missing', `The run ${id} has no model yet.`, 'Resume its job first.')
}

/** Compressed where the name ends in .gz. */
export async function write(file: string, { base64 }: ApiOutput<'runs.export'>): Promise<number> {
  const content = Buffer.from(base64, 'base64')
  const bytes = file.endsWith('.gz') ? await promisify(gzip)(content) : content
  try {
    await writeFile(file, bytes)
  } catch (cause) {
    throw new EspalierError(
      'input/unreadable',
      `${file} cannot be written: ${(cause as Error).message}`,
      'Choose another place.',
      { cause },
    )
  }
  return bytes.length
}
