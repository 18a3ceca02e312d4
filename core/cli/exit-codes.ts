// What the exit code of `espalier` means; the table of docs/cli.md.
import type { ErrorCode } from '../contract/errors.ts'

export const exitCodes = {
  /** Done; `verify`: every image verified. */
  ok: 0,
  /** `verify`: at least one image falsified. */
  falsified: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A recipe, a file, a dataset or a model that was given is wrong. */
  input: 3,
  /** The home folder or the compute provider cannot be used. */
  environment: 4,
  /** `verify`: nothing falsified, but something neither verified (unknown, timeout, error); `check`: not proved. */
  undecided: 5,
  /** The job ran, and a variant of it failed. */
  failed: 6,
  /** A bug: an unexpected error, or verifiers that contradict each other. */
  bug: 70,
  /** Stopped by Ctrl-C; what was finished is stored. */
  cancelled: 130,
} as const

type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const byArea: Partial<Readonly<Record<string, ExitCode>>> = {
  cli: exitCodes.usage,
  api: exitCodes.usage,
  input: exitCodes.input,
  files: exitCodes.input,
  data: exitCodes.input,
  download: exitCodes.environment,
  recipe: exitCodes.input,
  model: exitCodes.input,
  property: exitCodes.input,
  vnncomp: exitCodes.input,
  prune: exitCodes.input,
  verify: exitCodes.input,
  certificate: exitCodes.input,
  bundle: exitCodes.input,
  engine: exitCodes.environment,
  store: exitCodes.environment,
  train: exitCodes.failed,
  job: exitCodes.failed,
}

const byCode: Partial<Readonly<Record<ErrorCode, ExitCode>>> = {
  'verify/soundness': exitCodes.bug,
  'verify/solver': exitCodes.bug,
  'certificate/unproved': exitCodes.undecided,
  'bundle/altered': exitCodes.undecided,
  'engine/kernel-missing': exitCodes.bug,
  'engine/shape': exitCodes.bug,
  'download/unknown': exitCodes.input,
  'store/missing': exitCodes.input,
  'job/unknown': exitCodes.input,
  'job/state': exitCodes.input,
  'job/cancelled': exitCodes.cancelled,
}

/** The exit code of an error: by its code, else by the part before the slash. */
export function exitCodeOf(code: string): ExitCode {
  return byCode[code as ErrorCode] ?? byArea[code.split('/')[0]] ?? exitCodes.bug
}
