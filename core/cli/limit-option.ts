// `--limit N` of the commands that list the history, newest first.
import type { Command } from 'commander'
import { EspalierError } from '../contract/errors.ts'

const usual = '50'
/** What one call of the Api answers at most. */
const most = 1_000

export function addLimit(command: Command, what: string): void {
  command.option('--limit <n>', `the newest n ${what}, at most ${most}`, usual)
}

/** @throws EspalierError 'cli/usage' */
export function readLimit(command: Command): number {
  const text = command.opts<{ limit: string }>().limit
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit
  throw new EspalierError('cli/usage', `--limit is ${text}`, `Give a whole number from 1 to ${most}.`)
}
