// Memory: what the machine has, what the core holds, and what its processes told before they ended.
import { totalmem } from 'node:os'
import { expect, it } from 'vitest'
import { memorySchema } from '../../core/contract/memory.ts'
import { MemoryMeter } from '../../core/jobs/memory.ts'
import { ScriptedProcess } from './scripted-process.ts'

it('of processes is what they told last, and none once they have ended; other messages go through', () => {
  const meter = new MemoryMeter()
  const [one, two] = [new ScriptedProcess(), new ScriptedProcess()]
  const heard: unknown[] = []
  for (const process of [one, two]) {
    const counted = meter.counted(() => process)()
    counted.onMessage((message) => heard.push(message))
    counted.onExit(() => heard.push('exit'))
  }
  expect(meter.read().jobs).toBe(0)
  one.tell({ type: 'memory', bytes: 1_000 })
  two.tell({ type: 'memory', bytes: 500 })
  one.tell({ type: 'memory', bytes: 2_000 })
  expect(meter.read().jobs).toBe(2_500)
  one.say({ type: 'ready' })
  one.exit(0)
  expect(meter.read().jobs).toBe(500)
  // A report that comes late counts no more.
  one.tell({ type: 'memory', bytes: 9_000 })
  expect(meter.read().jobs).toBe(500)
  expect(heard).toEqual([{ type: 'ready' }, 'exit'])
})

it('of the machine holds what the core holds', () => {
  const memory = memorySchema.omit({ cap: true }).parse(new MemoryMeter().read())
  expect(memory.total).toBeLessThanOrEqual(totalmem())
  expect(memory.free).toBeLessThan(memory.total)
  expect(memory.core).toBeGreaterThan(10_000_000)
  expect(memory.core).toBeLessThan(memory.total)
})
