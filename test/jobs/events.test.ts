// Events: numbered, replayable, gauges thinned, nothing else ever dropped.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { JobEventBody } from '../../core/contract/events.ts'
import { coalesceGauges } from '../../core/jobs/coalesce.ts'
import { EventLog } from '../../core/jobs/event-log.ts'

const gauge = (batch: number, runId = 'r'): JobEventBody => ({
  type: 'gauge',
  runId,
  gauge: { stage: 'train', epoch: 1, epochs: 1, batch, batches: 100, samplesPerSecond: 1 },
})
const points = (step: number): JobEventBody => ({
  type: 'metrics',
  runId: 'r',
  points: [{ series: 's', step, value: 1 }],
})
const batchOf = (body: JobEventBody): number | null =>
  body.type === 'gauge' && 'batch' in body.gauge ? body.gauge.batch : null

describe('EventLog', () => {
  it('numbers events and gives those after a number', () => {
    const log = new EventLog()
    for (let step = 1; step <= 5; step++) log.append('j', points(step))
    const page = log.since('j', 3)
    expect(page.events.map(({ sequence }) => sequence)).toEqual([4, 5])
    expect(page).toMatchObject({ sequence: 5, complete: true })
  })

  it('keeps the newest gauge of each run only, in its place', () => {
    const log = new EventLog()
    for (let batch = 1; batch <= 100; batch++) log.append('j', gauge(batch))
    log.append('j', points(1))
    const { events } = log.since('j', 0)
    expect(events.map(({ body }) => body.type)).toEqual(['gauge', 'metrics'])
    expect(batchOf(events[0].body)).toBe(100)
  })

  it('tells the jobs apart', () => {
    const log = new EventLog()
    log.append('a', points(1))
    log.append('b', points(1))
    expect(log.since('b', 0).events.map(({ jobId }) => jobId)).toEqual(['b'])
    expect(log.since(null, 0).events).toHaveLength(2)
  })

  it('says when it no longer holds what was asked for', () => {
    const log = new EventLog(100)
    for (let step = 1; step <= 200; step++) log.append('j', points(step))
    expect(log.since('j', 0).complete).toBe(false)
    const held = log.since('j', 150)
    expect(held.complete).toBe(true)
    expect(held.events).toHaveLength(50)
  })

  it('says when the number is from another core process', () => {
    expect(new EventLog().since(null, 17).complete).toBe(false)
  })

  it('tells listeners until they leave', () => {
    const log = new EventLog()
    const heard: number[] = []
    const leave = log.subscribe(({ sequence }) => heard.push(sequence))
    log.append('j', points(1))
    leave()
    log.append('j', points(2))
    expect(heard).toEqual([1])
  })
})

describe('coalesceGauges', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => vi.useRealTimers())

  it('sends ten gauges a second, the last one always', () => {
    const sent: JobEventBody[] = []
    const gauges = coalesceGauges((body) => sent.push(body))
    for (let batch = 1; batch <= 1000; batch++) {
      gauges.emit(gauge(batch))
      vi.advanceTimersByTime(1)
    }
    vi.advanceTimersByTime(200)
    expect(sent.length).toBeGreaterThanOrEqual(10)
    expect(sent.length).toBeLessThanOrEqual(12)
    expect(batchOf(sent[sent.length - 1])).toBe(1000)
  })

  it('never holds back or drops anything else, and keeps the order', () => {
    const sent: JobEventBody[] = []
    const gauges = coalesceGauges((body) => sent.push(body))
    gauges.emit(gauge(1))
    gauges.emit(gauge(2))
    for (let step = 1; step <= 50; step++) gauges.emit(points(step))
    expect(sent.map(({ type }) => type).slice(0, 3)).toEqual(['gauge', 'gauge', 'metrics'])
    expect(sent.filter(({ type }) => type === 'metrics')).toHaveLength(50)
  })

  it('flushes what is held', () => {
    const sent: JobEventBody[] = []
    const gauges = coalesceGauges((body) => sent.push(body))
    gauges.emit(gauge(1))
    gauges.emit(gauge(2))
    gauges.flush()
    expect(sent.map(batchOf)).toEqual([1, 2])
  })
})
