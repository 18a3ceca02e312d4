// Benchmark: FAT and FAT + GradAlign steps of CNN-B and ConvBig, batch 128, turn about with PyTorch on the same threads.
// Needs a Python with PyTorch: python3 -m venv DIR && DIR/bin/pip install torch; node test/bench/train/against-torch.ts DIR/bin/python [threads] [steps] [architecture]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { median } from '../engine/timing.ts'
import { openStep, type StepFigures } from './fat-step.ts'

const [python = '', threads = '1', steps = '7', only = ''] = process.argv.slice(2)
const shapes = { cnnB: [3, 32, 32], convBig: [1, 28, 28] } as const
const layouts = ['plain', 'channels-last'] as const

/** A process that makes one step whenever it is asked. */
function openTorch(architecture: string, layout: string, gradAlign: number) {
  const script = join(import.meta.dirname, 'fat_step.py')
  const child = spawn(python, [script, architecture, '128', threads, layout, String(gradAlign)], { stdio: ['pipe', 'pipe', 'inherit'] }) // prettier-ignore
  const lines = createInterface(child.stdout)
  return {
    async step(): Promise<StepFigures> {
      const answer = once(lines, 'line') as Promise<[string]>
      child.stdin.write('\n')
      const [wallMs, cpuMs] = (await answer)[0].split(' ').map(Number)
      return { wallMs, cpuMs }
    },
    close() {
      child.stdin.end()
      return Promise.resolve()
    },
  }
}

const middle = (figures: readonly StepFigures[], key: keyof StepFigures): number => median(figures.map((one) => one[key])) // prettier-ignore
/** Best: what other processes on the machine disturb least. */
const best = (figures: readonly StepFigures[]): number => Math.min(...figures.map(({ cpuMs }) => cpuMs))
const printed = (figures: readonly StepFigures[]): string =>
  `${middle(figures, 'wallMs').toFixed(0)} ms (processor ${middle(figures, 'cpuMs').toFixed(0)}, best ${best(figures).toFixed(0)})`

async function compare(architecture: keyof typeof shapes, gradAlign: number): Promise<void> {
  const ours = await openStep(architecture, shapes[architecture], { kind: 'fat', gradAlign }, Number(threads))
  const others = layouts.map((layout) => openTorch(architecture, layout, gradAlign))
  const sides = [ours, ...others]
  const figures = sides.map((): StepFigures[] => [])
  // The first step of each is not counted.
  for (let round = 0; round <= Number(steps); round++)
    for (const [k, side] of sides.entries()) {
      const taken = await side.step()
      if (round > 0) figures[k].push(taken)
    }
  await Promise.all(sides.map((side) => side.close()))
  const ratio = (key: keyof StepFigures): string =>
    (middle(figures[0], key) / Math.min(...figures.slice(1).map((each) => middle(each, key)))).toFixed(2)
  const bestRatio = (best(figures[0]) / Math.min(...figures.slice(1).map(best))).toFixed(2)
  const rivals = layouts.map((layout, k) => `PyTorch ${layout} ${printed(figures[k + 1])}`)
  console.log(`${architecture}, λ ${gradAlign}, ${threads} threads: ours ${printed(figures[0])}; ${rivals.join('; ')}; ratio to its better ${ratio('wallMs')} (processor ${ratio('cpuMs')}, best ${bestRatio})`) // prettier-ignore
}

if (python === '') throw new Error('Give the path of a Python that has PyTorch.')
for (const architecture of (['cnnB', 'convBig'] as const).filter((name) => name.includes(only)))
  for (const gradAlign of [0.2, 0]) await compare(architecture, gradAlign)
