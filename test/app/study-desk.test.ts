// Studies of the wizard: what the process says is shown, a new one ends the old one, stopping keeps what is there.
import { describe, expect, it } from 'vitest'
import { StudyDesk } from '../../core/app/study-desk.ts'
import { recipeSchema, type RecipeInput } from '../../core/contract/recipe.ts'
import type { Trial } from '../../core/contract/study.ts'
import { ScriptedProcess, until } from '../jobs/scripted-process.ts'

const recipeOf = (simplify: RecipeInput['variants'][number]['simplify'], epsilon = 0.1) =>
  recipeSchema.parse({
    name: 'study',
    variants: [
      { name: 'a', from: 'model:1' },
      { name: 'b', from: 'a', simplify },
    ],
    verify: { epsilon },
  })
const graft = { method: 'graft', ratio: 0.5 } as const
const look = { images: 3, seconds: 1, verified: 1, falsified: 2, misclassified: 1, open: 0, hard: 0 }
const trial: Trial = { network: 'given', look, classes: ['x'], answers: [], training: null, projection: null }
const load = { type: 'gauge', gauge: { stage: 'load', message: 'opening' } } as const

function open(): { desk: StudyDesk; processes: ScriptedProcess[] } {
  const processes: ScriptedProcess[] = []
  const desk = new StudyDesk('/home', () => {
    const process = new ScriptedProcess()
    processes.push(process)
    return process
  })
  return { desk, processes }
}

describe('a study', () => {
  it('shows what its process says, and ends with it', async () => {
    const { desk, processes } = open()
    expect(desk.state('trial')).toBeNull()
    expect(desk.start('trial', recipeOf(graft)).state).toBe('running')
    processes[0].say({ type: 'ready' })
    expect(processes[0].received[0]).toMatchObject({ type: 'study', kind: 'trial', home: '/home' })
    processes[0].say(load)
    expect(desk.state('trial')?.gauge).toEqual(load.gauge)
    processes[0].say({ type: 'trial', trial })
    processes[0].end('done')
    await until(
      () => desk.state('trial'),
      (study) => study?.state === 'done',
    )
    expect(desk.state('trial')).toMatchObject({ trial, gauge: null, error: null })
  })

  it('fails with the error of its process', async () => {
    const { desk, processes } = open()
    desk.start('trial', recipeOf(graft))
    processes[0].say({ type: 'end', outcome: 'failed', error: { code: 'data/empty', message: 'none', hint: 'more' } })
    processes[0].exit(0)
    const study = await until(
      () => desk.state('trial'),
      (now) => now?.state === 'failed',
    )
    expect(study?.error?.code).toBe('data/empty')
  })

  it('is ended by the next of its kind, and what it still says is not heard', () => {
    const { desk, processes } = open()
    const first = desk.start('trial', recipeOf(graft))
    const second = desk.start('trial', recipeOf(graft, 0.2))
    expect(second.id).toBeGreaterThan(first.id)
    expect(processes[0].received).toContainEqual({ type: 'stop' })
    processes[0].say({ type: 'trial', trial })
    expect(desk.state('trial')).toMatchObject({ id: second.id, trial: null })
    desk.start('scores', recipeOf(graft))
    expect(desk.state('trial')?.state).toBe('running')
  })

  it('keeps what it found when it is stopped; closing ends all', async () => {
    const { desk, processes } = open()
    desk.start('trial', recipeOf(graft))
    processes[0].say({ type: 'trial', trial })
    expect(desk.stop('trial')).toMatchObject({ state: 'stopped', trial })
    const closed = desk.close()
    processes[0].exit(0)
    await closed
    expect(() => desk.start('trial', recipeOf(graft))).toThrow(expect.objectContaining({ code: 'job/state' }))
  })
})

describe('measured scores', () => {
  it('serve every share, and are measured again where something else changed', async () => {
    const { desk, processes } = open()
    desk.start('scores', recipeOf(graft))
    const measured = { kind: 'graft', cost: [1, 2], significance: [2, 1] } as const
    processes[0].say({ type: 'measured', measured: { ...measured, cost: [1, 2], significance: [2, 1] } })
    processes[0].end('done')
    await until(
      () => desk.state('scores'),
      (study) => study?.state === 'done',
    )
    expect(desk.measured(recipeOf({ ...graft, ratio: 0.1, gamma: 1, criterion: 'cost' }))).toEqual(measured)
    expect(desk.measured(recipeOf({ ...graft, images: 7 }))).toBeNull()
    expect(desk.measured(recipeOf(graft, 0.2))).toBeNull()
    const learned = { ...graft, significance: 'hydra' } as const
    desk.start('scores', recipeOf(learned))
    processes[1].say({ type: 'measured', measured: { ...measured, cost: [1, 2], significance: [2, 1] } })
    processes[1].end('done')
    await until(
      () => desk.measured(recipeOf(learned)),
      (found) => found !== null,
    )
    expect(desk.measured(recipeOf({ ...learned, ratio: 0.1 }))).toBeNull()
  })
})
