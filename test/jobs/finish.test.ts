// Stopping after this instance: not before it is stored, not long after, and once.
import { expect, it } from 'vitest'
import type { JobEventBody } from '../../core/contract/events.ts'
import { createFinisher } from '../../core/jobs/finish.ts'

const gauge: JobEventBody = { type: 'gauge', runId: 'run-1', gauge: { stage: 'load', message: '' } }
const verdict = { type: 'verdict', runId: 'run-1', row: {} } as unknown as JobEventBody
const metrics: JobEventBody = { type: 'metrics', runId: 'run-1', points: [] }
const run: JobEventBody = { type: 'run', runId: 'run-1', state: 'running', stage: 'verify', error: null }

function follow(...steps: (JobEventBody | 'finish')[]): number[] {
  const stoppedAt: number[] = []
  let at = 0
  const finisher = createFinisher(() => stoppedAt.push(at))
  for (const step of steps) {
    if (step === 'finish') finisher.finish()
    else finisher.saw(step)
    at += 1
  }
  return stoppedAt
}

it('goes on until it is asked', () => {
  expect(follow(gauge, verdict, metrics, gauge, run)).toEqual([])
})

it('ends with the verdict of the image that is being decided', () => {
  expect(follow(gauge, 'finish', gauge, gauge, verdict, verdict)).toEqual([4])
})

it('ends after an epoch once its checkpoint is written: at the first batch of the next', () => {
  expect(follow(gauge, 'finish', gauge, metrics, gauge, gauge)).toEqual([4])
})

it('ends with the stage where there are neither images nor epochs', () => {
  expect(follow('finish', gauge, run)).toEqual([2])
})
