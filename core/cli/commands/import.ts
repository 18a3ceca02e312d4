// `espalier import`: an ONNX network into the history, compared with ONNX Runtime on the way.
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { fileEndings } from '../../contract/files.ts'
import { EspalierError } from '../../contract/errors.ts'
import type { Shell } from '../context.ts'
import { modelText } from './models.ts'

export function addImport(program: Command, shell: Shell): void {
  const command = program.command('import').argument('<file>', 'a network: .onnx or .onnx.gz')
  command.description('take an ONNX network into the history, to verify, prune or graft it by its id')
  shell.define(command, async ({ terminal, open }) => {
    const path = requireEnding(resolve(command.args[0]))
    const app = await open()
    const { id: handle } = await app.files.add(path)
    const { id } = await app.api['files.import']({ network: handle })
    const found = await app.api['models.get']({ id })
    terminal.value(found.model)
    terminal.print(`${modelText(found)}\n\n  model ${id}`)
    return undefined
  })
}

/** @throws EspalierError 'files/kind' where the name is not that of a network */
function requireEnding(path: string): string {
  if (fileEndings.network.some((ending) => path.toLowerCase().endsWith(ending))) return path
  const hint = `Give a file whose name ends in ${fileEndings.network.join(' or ')}; of PyTorch: torch.onnx.export.`
  throw new EspalierError('files/kind', `${basename(path)} is no ONNX network.`, hint)
}
