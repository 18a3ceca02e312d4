// Thins gauges to a few per second for each run; every other event passes at once and in order.
import type { JobEventBody } from '../contract/events.ts'

/** At most ten gauges a second for each run (architecture.md, "Jobs and history"). */
const gaugeInterval = 100

export interface Coalescer {
  emit(body: JobEventBody): void
  /** Sends the gauges held back; call before the process ends. */
  flush(): void
}

interface Held {
  sentAt: number
  waiting: JobEventBody | null
  timer: NodeJS.Timeout | null
}

/** A gauge that comes too soon is held and replaced by newer ones until its turn. */
export function coalesceGauges(send: (body: JobEventBody) => void, interval = gaugeInterval): Coalescer {
  const runs = new Map<string, Held>()
  const release = (held: Held): void => {
    if (held.timer !== null) clearTimeout(held.timer)
    held.timer = null
    if (held.waiting === null) return
    held.sentAt = performance.now()
    send(held.waiting)
    held.waiting = null
  }
  return {
    emit(body) {
      if (body.type !== 'gauge') {
        // What the gauge said was true before this event: keep the order.
        if ('runId' in body) {
          const held = runs.get(body.runId)
          if (held !== undefined) release(held)
        }
        send(body)
        return
      }
      const held = runs.get(body.runId) ?? { sentAt: -Infinity, waiting: null, timer: null }
      runs.set(body.runId, held)
      held.waiting = body
      const wait = held.sentAt + interval - performance.now()
      if (wait <= 0) release(held)
      else held.timer ??= setTimeout(() => release(held), wait)
    },
    flush() {
      for (const held of runs.values()) release(held)
    },
  }
}
