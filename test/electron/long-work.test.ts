// Long work in the shell: progress in the taskbar, one notification at the end, and a question before it is cut short.
import { EventEmitter } from 'node:events'
import type { BrowserWindow, MessageBoxOptions } from 'electron'
import { describe, expect, it } from 'vitest'
import type { JobEvent, JobEventBody, JobGauge } from '../../core/contract/events.ts'
import type { JobRow, JobState } from '../../core/contract/rows.ts'
import { createCloseQuestion, guardQuit, guardWindow } from '../../electron/close-guard.ts'
import { setupNotifications } from '../../electron/notifications.ts'
import { followRunningJobs } from '../../electron/running-jobs.ts'
import { createTaskbar } from '../../electron/taskbar.ts'

function events() {
  const listeners = new Set<(event: JobEvent) => void>()
  let sequence = 0
  const emit = (jobId: string, body: JobEventBody) => {
    sequence += 1
    for (const listener of listeners) listener({ sequence, jobId, time: '2026-01-01T00:00:00Z', body })
  }
  return {
    subscribe: (listener: (event: JobEvent) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    state: (jobId: string, state: JobState) => emit(jobId, { type: 'state', state }),
    gauge: (jobId: string, gauge: JobGauge) => emit(jobId, { type: 'gauge', runId: 'run-1', gauge }),
  }
}
const verifying = (done: number, total: number): JobGauge => ({
  ...{ stage: 'verify', done, total, imageIndex: 0, method: 'bab', seconds: 1 },
  ...{ domainsOpen: null, domainsVisited: null, domainsByDepth: null, worstBound: null },
})
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('taskbar', () => {
  it('shows real counts, a moving bar where there are none, and nothing when nothing runs', () => {
    const source = events()
    const shown: number[] = []
    const window = { isDestroyed: () => false, setProgressBar: (share: number) => void shown.push(share) }
    const gone = { isDestroyed: () => true, setProgressBar: () => void shown.push(NaN) }
    followRunningJobs(
      source.subscribe,
      createTaskbar(() => [window, gone]),
    )
    source.state('a', 'running')
    source.gauge('a', { stage: 'simplify', message: 'choosing neurons' })
    const train = { epochs: 4, batch: 5, batches: 10, samplesPerSecond: 100 }
    source.gauge('a', { stage: 'train', epoch: 3, ...train })
    source.gauge('a', { stage: 'train', epoch: 3, ...train })
    source.gauge('a', verifying(1, 4))
    source.gauge('unknown', verifying(4, 4))
    source.state('a', 'done')
    // 2 is Electron's "under way, nobody knows how far", −1 its "no bar"; (2·10 + 5) of 40 batches.
    expect(shown).toEqual([2, 0.63, 0.25, -1])
  })
})

describe('notification', () => {
  const row = (state: JobState, error: JobRow['error'] = null) =>
    ({ id: 'a', name: 'it', title: 'My job', state, error }) as unknown as JobRow
  const crash = { code: 'job/crashed', message: 'gone', hint: 'resume' }

  it.each([
    ['done', 'done', row('done'), false, ['My job: Done: every figure and verdict is in.']],
    ['failed', 'failed', row('failed', crash), false, ['My job: Failed. Open it to see why.']],
    ['crashed', 'interrupted', row('interrupted', crash), false, [expect.stringMatching(/^My job: Interrupted/)]],
    ['paused by hand', 'interrupted', row('interrupted'), false, []],
    ['stopped by hand', 'cancelled', row('cancelled'), false, []],
    ['done before our eyes', 'done', row('done'), true, []],
  ] as const)('of a job that is %s', async (_name, state, job, inFront, expected) => {
    const source = events()
    const shown: string[] = []
    const visited: string[] = []
    setupNotifications({
      subscribe: source.subscribe,
      jobOf: () => Promise.resolve(job),
      inFront: () => inFront,
      show: ({ title, body }, clicked) => {
        shown.push(`${title}: ${body}`)
        clicked()
      },
      go: (hash) => void visited.push(hash),
    })
    source.state('a', 'running')
    source.state('a', state)
    source.state('a', state)
    await settle()
    expect(shown).toEqual(expected)
    expect(visited).toEqual(expected.map(() => '#/jobs/a'))
  })
})

/** Whether a listener prevented what `emit` announced. */
function isPrevented(emit: (event: { preventDefault(): void }) => void): boolean {
  const event = { prevented: false, preventDefault: () => void (event.prevented = true) }
  emit(event)
  return event.prevented
}

describe('closing while a job runs', () => {
  function shell(answers: number[]) {
    let count = 1
    const asked: MessageBoxOptions[] = []
    const log: string[] = []
    const mayClose = createCloseQuestion({
      running: () => count,
      ask: (options) => {
        asked.push(options)
        return Promise.resolve({ response: answers.shift() ?? 0, checkboxChecked: false })
      },
    })
    const window = new EventEmitter() as EventEmitter & { close: () => void }
    window.close = () => {
      log.push(isPrevented((event) => window.emit('close', event)) ? 'stays' : 'closed')
    }
    guardWindow(window as unknown as BrowserWindow, () => true, mayClose)
    const app = new EventEmitter() as EventEmitter & { quit: () => void }
    app.quit = () => {
      log.push(isPrevented((event) => app.emit('before-quit', event)) ? 'waits' : 'quit')
    }
    guardQuit(app, mayClose, () => {
      log.push('disposed')
      count = 0
      return Promise.resolve()
    })
    return { window, app, asked, log, finishJobs: () => (count = 0) }
  }

  it('asks once, and stays where that is the answer', async () => {
    const { window, asked, log } = shell([0, 1])
    window.close()
    window.close()
    await settle()
    expect([asked.length, log]).toEqual([1, ['stays', 'stays']])
    expect(asked[0]).toMatchObject({ buttons: ['Keep Espalier open', 'Pause and close'], cancelId: 0, defaultId: 0 })
    window.close()
    await settle()
    expect([asked.length, log.at(-1)]).toEqual([2, 'closed'])
  })

  it('does not ask again when the closed window ends the app, which first stores everything', async () => {
    const { window, app, asked, log } = shell([1])
    window.close()
    await settle()
    app.quit()
    await settle()
    expect(asked).toHaveLength(1)
    expect(log).toEqual(['stays', 'closed', 'waits', 'disposed', 'quit'])
  })

  it('asks when the whole app is quit, and leaves the history open where the answer is no', async () => {
    const { app, asked, log } = shell([0])
    app.quit()
    await settle()
    expect([asked.length, log]).toEqual([1, ['waits']])
  })

  it('asks nothing when nothing runs', async () => {
    const { window, app, asked, log, finishJobs } = shell([])
    finishJobs()
    window.close()
    app.quit()
    await settle()
    expect(asked).toEqual([])
    expect(log).toEqual(['closed', 'waits', 'disposed', 'quit'])
  })
})
