// `espalier bench vnncomp DIR`: every instance of a competition benchmark, one process each, and what came of it.
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { EspalierError } from '../../contract/errors.ts'
import { verifierNameSchema } from '../../contract/verdict.ts'
import { readWhole } from '../../io/file.ts'
import { readInstances, type InstanceFiles } from '../../io/vnncomp/instances.ts'
import { instanceKey, parseExpected, parseResults, type InstanceResult } from '../../io/vnncomp/results.ts'
import { summarise, type Summary } from '../../io/vnncomp/summary.ts'
import { runInstance } from '../bench/instance-process.ts'
import { benchText, cactusCsv, nameOf } from '../bench/report.ts'
import { ResultsFile } from '../bench/results-file.ts'
import type { Shell } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatSeconds } from '../table.ts'
import type { Terminal } from '../terminal.ts'

interface BenchOptions {
  readonly out: string
  readonly timeout?: string
  readonly method: string
  readonly threads?: string
  readonly memory?: string
  readonly provider?: string
  readonly filter?: string
  readonly peer?: string
  readonly cactus?: string
}

const maximumBytes = 2 ** 26

export function addBench(program: Command, shell: Shell): void {
  const bench = program.command('bench').description('benchmarks')
  const command = bench.command('vnncomp').argument('<dir>', 'folder with instances.csv')
  command
    .description('run a benchmark of the verification competition and compare')
    .option(
      '--out <file>',
      'results, one line an instance; instances it holds already are not run again',
      'results.csv',
    )
    .option('--timeout <seconds>', 'most for one instance; its own limit holds where that is less')
    .option('--filter <text>', 'only instances whose network or property has this in its path')
    .option('--method <word>', verifierNameSchema.options.join(' | '), 'auto')
    .option('--provider <text>', 'compute provider (default cpu)')
    .option('--threads <n>', '0: all physical cores')
    .option('--memory <gib>', 'GiB that the process of an instance may hold; 0: half of the machine')
    .option('--peer <file>', 'results of another tool to compare with')
    .option('--cactus <file>', 'write cactus data there as CSV')
  shell.define(command, async ({ terminal }) => await runBench(terminal, command))
}

/** 0 when every instance ran, whatever was found; 6 when one failed or contradicts the consensus. */
async function runBench(terminal: Terminal, command: Command): Promise<number> {
  const options = command.opts<BenchOptions>()
  const folder = resolve(command.args[0])
  const most = limitOf(options)
  const { filter = '' } = options
  const all = await readInstances(join(folder, 'instances.csv'))
  const instances = all.filter(({ onnx, vnnlib }) => `${onnx} ${vnnlib}`.includes(filter))
  const [expected, peer] = await readComparisons(folder, options)
  const file = await ResultsFile.open(options.out, basename(folder))
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  try {
    await runAll({ terminal, instances, file, expected, flags: flagsOf(options), most, signal: stop.signal })
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
  const results = instances.flatMap((instance) => file.find(instance) ?? [])
  const summary = summarise(results, expected, peer)
  if (options.cactus !== undefined) await writeFile(options.cactus, cactusCsv(summary))
  terminal.value({ results, summary })
  terminal.print(benchText(summary, peerName(options)))
  if (stop.signal.aborted) return exitCodes.cancelled
  return isClean(summary, results) ? exitCodes.ok : exitCodes.failed
}

interface BenchRun {
  readonly terminal: Terminal
  readonly instances: readonly InstanceFiles[]
  readonly file: ResultsFile
  readonly expected: ReadonlyMap<string, 'sat' | 'unsat'>
  readonly flags: readonly string[]
  readonly most: number
  readonly signal: AbortSignal
}

async function runAll({ terminal, instances, file, expected, flags, most, signal }: BenchRun): Promise<void> {
  for (const [i, instance] of instances.entries()) {
    if (signal.aborted) return
    const place = `${i + 1}/${instances.length} ${nameOf(instance)}`
    const known = file.find(instance)
    if (known) {
      terminal.note(`  ${place}: ${known.word}, known already`)
      continue
    }
    terminal.status(`  ${place} …`)
    const run = await runInstance(instance, Math.min(most, instance.timeout), flags, signal)
    if (!run) return
    const { result, prepareSeconds, note } = run
    await file.add(result, prepareSeconds)
    const consensus = expected.get(instanceKey(result.onnx, result.vnnlib))
    const wrong = isSolved(result) && consensus !== undefined && consensus !== result.word
    const remark = wrong ? ` — WRONG: the consensus is ${consensus}` : ''
    terminal.note(`  ${place}: ${result.word}, ${formatSeconds(result.seconds)} (${note})${remark}`)
  }
}

function isSolved({ word }: InstanceResult): boolean {
  return word === 'sat' || word === 'unsat'
}

function isClean(summary: Summary, results: readonly InstanceResult[]): boolean {
  return summary.wrong.length === 0 && results.every(({ word }) => word !== 'error')
}

async function readComparisons(
  folder: string,
  { peer }: BenchOptions,
): Promise<[ReadonlyMap<string, 'sat' | 'unsat'>, ReadonlyMap<string, InstanceResult> | undefined]> {
  const text = async (path: string): Promise<string> => (await readWhole(path, maximumBytes)).toString('utf8')
  const consensus = join(folder, 'expected.csv')
  return [
    existsSync(consensus) ? parseExpected(await text(consensus)) : new Map(),
    peer === undefined ? undefined : parseResults(await text(peer)),
  ]
}

function peerName({ peer = '' }: BenchOptions): string {
  return basename(peer).replace(/\.csv$/, '')
}

function flagsOf({ method, provider, threads, memory }: BenchOptions): string[] {
  return [
    ...['--method', method],
    ...(provider === undefined ? [] : ['--provider', provider]),
    ...(threads === undefined ? [] : ['--threads', threads]),
    ...(memory === undefined ? [] : ['--memory', memory]),
  ]
}

function limitOf({ timeout, method }: BenchOptions): number {
  const usage = (problem: string): EspalierError =>
    new EspalierError('cli/usage', `${problem}.`, 'espalier bench vnncomp DIR --timeout 60 --out results.csv')
  if (!verifierNameSchema.safeParse(method).success) throw usage(`--method is '${method}'`)
  if (timeout === undefined) return Infinity
  if (Number(timeout) > 0) return Number(timeout)
  throw usage(`--timeout is '${timeout}'; it must be a number above 0`)
}
