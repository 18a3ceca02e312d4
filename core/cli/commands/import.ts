// `espalier import`: an ONNX network into the history, compared with ONNX Runtime on the way.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Shell } from '../context.ts'
import { modelText } from './models.ts'

export function addImport(program: Command, shell: Shell): void {
  const command = program.command('import').argument('<file>', 'a network: .onnx or .onnx.gz')
  command.description('take an ONNX network into the history, to verify, prune or graft it by its id')
  shell.define(command, async ({ terminal, open }) => {
    const app = await open()
    const { id: handle } = await app.files.add(resolve(command.args[0]))
    const { id } = await app.api['files.import']({ network: handle })
    const found = await app.api['models.get']({ id })
    terminal.value(found.model)
    terminal.print(`${modelText(found)}\n\n  model ${id}`)
    return undefined
  })
}
