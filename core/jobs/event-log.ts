// The events of all jobs of this core process, numbered, so that a window that was away can catch up.
import type { JobEvent, JobEventBody } from '../contract/events.ts'

export type EventListener = (event: JobEvent) => void

/** What `since` answers; `complete` is false where events in between are no longer held. */
export interface EventPage {
  readonly events: readonly JobEvent[]
  readonly sequence: number
  readonly complete: boolean
}

/**
 * Keeps the last `capacity` events; of gauges only the newest of each run, because an older one tells nothing.
 * Nothing that is dropped here is lost: metrics and verdicts are rows of the store.
 */
export class EventLog {
  readonly #capacity: number
  readonly #listeners = new Set<EventListener>()
  readonly #gauges = new Map<string, JobEvent>()
  #events: JobEvent[] = []
  #sequence = 0
  #droppedUpTo = 0

  constructor(capacity = 20_000) {
    this.#capacity = capacity
  }

  get sequence(): number {
    return this.#sequence
  }

  append(jobId: string, body: JobEventBody): JobEvent {
    this.#sequence += 1
    const event: JobEvent = { sequence: this.#sequence, jobId, time: new Date().toISOString(), body }
    if (body.type === 'gauge') this.#gauges.set(body.runId, event)
    else this.#events.push(event)
    if (body.type === 'run' && body.state !== 'running') this.#gauges.delete(body.runId)
    // In blocks, so that appending stays cheap.
    if (this.#events.length > this.#capacity * 1.25) {
      const dropped = this.#events.splice(0, this.#events.length - this.#capacity)
      this.#droppedUpTo = dropped.at(-1)?.sequence ?? this.#droppedUpTo
    }
    for (const listener of [...this.#listeners]) listener(event)
    return event
  }

  /** The events after number `after`, of one job or (null) of all, in order. */
  since(jobId: string | null, after: number): EventPage {
    const all = [...this.#events, ...this.#gauges.values()]
    const events = all
      .filter((event) => event.sequence > after && (jobId === null || event.jobId === jobId))
      .sort((a, b) => a.sequence - b.sequence)
    return { events, sequence: this.#sequence, complete: after >= this.#droppedUpTo && after <= this.#sequence }
  }

  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
