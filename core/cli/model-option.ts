// `--model ID`: which network of the history a command is about.
import type { Command } from 'commander'
import { EspalierError } from '../contract/errors.ts'

export function attachModel(command: Command, what: string): void {
  command.option('--model <id>', `${what}: the id that train, prune, models and the app show`)
}

/** @throws EspalierError `cli/usage` where no model is named; `hint` says what to give instead */
export function readModel(
  command: Command,
  hint = 'espalier models lists the networks of the history with their ids; espalier import FILE.onnx takes one in.',
): string {
  const { model } = command.opts<{ model?: string }>()
  if (model === undefined) throw new EspalierError('cli/usage', '--model is missing.', hint)
  return model
}
