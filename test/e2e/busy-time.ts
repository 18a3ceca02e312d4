// How long the page's main thread was busy at a stretch: processor time of its tasks, as Chromium's own trace has it.
import type { Browser, CDPSession } from 'playwright-core'

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** Processor time, microseconds. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

const categories = 'toplevel,devtools.timeline,disabled-by-default-devtools.timeline,thread_cpu_time'

export interface BusyTime {
  /** The longest task of any renderer's main thread, milliseconds of processor time: other programs do not count. */
  readonly longest: number
  readonly tasks: number
}

/** Measures what `work` keeps the page busy with. */
export async function measureBusy(browser: Browser, work: () => Promise<void>): Promise<BusyTime> {
  const session = await browser.newBrowserCDPSession()
  const events = collect(session)
  await session.send('Tracing.start', {
    traceConfig: { includedCategories: categories.split(','), recordMode: 'recordAsMuchAsPossible' },
    transferMode: 'ReportEvents',
  })
  try {
    await work()
  } finally {
    const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
    await session.send('Tracing.end')
    await complete
    await session.detach()
  }
  const mains = new Set(events.filter(isMainThread).map(threadOf))
  const tasks = events.filter((event) => event.tdur !== undefined && mains.has(threadOf(event)))
  return { longest: Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur / 1000)), tasks: tasks.length }
}

function collect(session: CDPSession): TraceEvent[] {
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value) events.push(event as unknown as TraceEvent)
  })
  return events
}

const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}:${tid}`

function isMainThread({ name, args }: TraceEvent): boolean {
  return name === 'thread_name' && args?.name === 'CrRendererMain'
}
