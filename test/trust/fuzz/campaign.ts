// Runs a parser over many damaged files in child processes with a memory cap and a time limit, and gathers what came of them.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Address space that a child may fill with data, in MiB: Node and ONNX Runtime with a small model take about 200. */
const CAP_MEGABYTES = 1024
/** Longest time for one file, in seconds. */
const LIMIT_SECONDS = 60

export interface FuzzReport {
  readonly target: string
  readonly files: number
  /** Files by the parser's answer: `read` or an error code. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Crashes, hangs, errors without a code, memory beyond the cap: what must not be, with the number of the case. */
  readonly failures: readonly string[]
  readonly slowestMilliseconds: number
  readonly slowestCase: number
  readonly peakBytes: number
}

/** Cases 0 … count of the target; after a crash or a hang the next child goes on with the next case. */
export async function fuzz(target: string, count: number, seed: number): Promise<FuzzReport> {
  const found: Found = { outcomes: {}, failures: [], slowest: 0, slowestCase: 0, peak: 0 }
  for (let next = 0; next < count;) next = await stretch(target, next, count, seed, found)
  const { outcomes, failures, slowest: slowestMilliseconds, slowestCase, peak: peakBytes } = found
  return { target, files: count, outcomes, failures, slowestMilliseconds, slowestCase, peakBytes }
}

interface Found {
  readonly outcomes: Record<string, number>
  readonly failures: string[]
  slowest: number
  slowestCase: number
  peak: number
}

interface Line {
  readonly started?: number
  readonly finished?: number
  readonly outcome?: string
  readonly milliseconds?: number
  readonly peak?: number
}

/** One child from case `from` on; the case after the last one it dealt with. */
async function stretch(target: string, from: number, to: number, seed: number, found: Found): Promise<number> {
  const child = startChild([target, `${from}`, `${to}`, `${seed}`])
  let current = from
  let next = from
  const ending = { hung: false }
  let errors = ''
  child.stderr.on('data', (data: Buffer) => (errors = `${errors}${data.toString()}`.slice(-2000)))
  const watch = (): NodeJS.Timeout =>
    setTimeout(() => {
      ending.hung = true
      child.kill('SIGKILL')
    }, LIMIT_SECONDS * 1000)
  let timer = watch()
  const ended = new Promise<string>((resolve) =>
    child.on('close', (code, signal) => resolve(code === 0 ? '' : (signal ?? `exit code ${code}`))),
  )
  for await (const text of createInterface({ input: child.stdout })) {
    clearTimeout(timer)
    timer = watch()
    const line = JSON.parse(text) as Line
    current = line.started ?? current
    if (line.finished === undefined) continue
    next = line.finished + 1
    note(target, line, found)
  }
  const death = await ended
  clearTimeout(timer)
  if (death === '') return to
  found.failures.push(
    `${target} ${current}: ${ending.hung ? `no answer in ${LIMIT_SECONDS} s` : `died of ${death}: ${errors.slice(-600)}`}`,
  )
  return Math.max(current, next) + (current >= next ? 1 : 0)
}

function note(target: string, { finished, outcome = '', milliseconds = 0, peak = 0 }: Line, found: Found): void {
  if (milliseconds > found.slowest) Object.assign(found, { slowest: milliseconds, slowestCase: finished })
  found.peak = Math.max(found.peak, peak)
  if (outcome.startsWith('UNCODED')) found.failures.push(`${target} ${finished}: ${outcome}`)
  else found.outcomes[outcome] = (found.outcomes[outcome] ?? 0) + 1
  if (peak > CAP_MEGABYTES * 2 ** 20)
    found.failures.push(`${target} ${finished}: ${Math.round(peak / 2 ** 20)} MiB in use`)
}

/** Under Linux the system holds the child to the cap; elsewhere its own account of its peak does. */
function startChild(args: readonly string[]) {
  const script = fileURLToPath(new URL('./child.ts', import.meta.url))
  const command = [process.execPath, '--max-old-space-size=512', script, ...args]
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
  if (process.platform !== 'linux') return spawn(command[0], command.slice(1), { stdio })
  const limited = ['-c', `ulimit -d ${CAP_MEGABYTES * 1024} && exec "$@"`, 'sh', ...command]
  return spawn('sh', limited, { stdio })
}
