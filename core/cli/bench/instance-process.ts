// One instance in a process of its own: whatever happens to it, there is an answer and the benchmark goes on.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { InstanceFiles, InstanceResult } from '../../io/index.ts'

export interface InstanceRun {
  readonly result: InstanceResult
  /** Starting the process, reading the files, opening the engine. */
  readonly prepareSeconds: number
  /** What the process said about its answer, in a line. */
  readonly note: string
}

/** How long over its limit a process may be before it is killed, in seconds. */
const GRACE = 10
/** Most text kept of what a process writes, in characters. */
const MOST_TEXT = 2 ** 24

/** The part of the command's JSON that is read here. */
interface Answer {
  readonly result: InstanceResult['word']
  readonly seconds: number
  readonly prepareSeconds: number
  readonly method?: string | null
  readonly domains?: number
  readonly reason?: string | null
}

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

/** `flags` go to `espalier verify` as they are. When `signal` aborts, the process is killed and the result is null. */
export async function runInstance(
  instance: InstanceFiles,
  seconds: number,
  flags: readonly string[],
  signal: AbortSignal,
): Promise<InstanceRun | null> {
  const { onnx, vnnlib, onnxPath, vnnlibPath } = instance
  const question = ['--onnx', onnxPath, '--vnnlib', vnnlibPath, '--timeout', String(seconds)]
  const started = performance.now()
  const { out, err, how } = await run(['verify', '--json', ...question, ...flags], (seconds + GRACE) * 1000, signal)
  const wall = (performance.now() - started) / 1000
  if (signal.aborted) return null
  const answer = parsed(out)
  if (!answer) {
    const word = how === 'killed' ? 'timeout' : 'error'
    const note = how === 'killed' ? 'killed: it did not stop at its limit' : `${how}: ${lastLine(err)}`
    return { result: { onnx, vnnlib, word, seconds: wall }, prepareSeconds: 0, note }
  }
  const solving = Math.max(0, answer.seconds - answer.prepareSeconds)
  return {
    result: { onnx, vnnlib, word: answer.result, seconds: solving },
    prepareSeconds: Math.max(0, wall - solving),
    note: noteOf(answer),
  }
}

function noteOf({ result, method, domains = 0, reason }: Answer): string {
  if (result !== 'sat' && result !== 'unsat') return reason ?? ''
  return `${method ?? 'nothing to prove'}${domains > 0 ? `, ${domains} domains` : ''}`
}

interface Finished {
  readonly out: string
  readonly err: string
  /** 'killed' by us at the limit, or how it ended by itself. */
  readonly how: string
}

function run(args: readonly string[], milliseconds: number, signal: AbortSignal): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const text = { out: '', err: '' }
    const hear = (name: 'out' | 'err') => (chunk: string) => {
      if (text[name].length < MOST_TEXT) text[name] += chunk
    }
    child.stdout.setEncoding('utf8').on('data', hear('out'))
    child.stderr.setEncoding('utf8').on('data', hear('err'))
    let killed = false
    const kill = (): void => void child.kill('SIGKILL')
    const timer = setTimeout(() => {
      killed = true
      kill()
    }, milliseconds)
    signal.addEventListener('abort', kill, { once: true })
    const finish = (how: string): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', kill)
      resolve({ ...text, how: killed ? 'killed' : how })
    }
    child.on('error', (error) => finish(error.message))
    child.on('close', (code, by) => finish(by === null ? `exit code ${String(code)}` : `ended by ${by}`))
  })
}

function parsed(out: string): Answer | null {
  try {
    return JSON.parse(out) as Answer
  } catch {
    return null
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? ''
}
