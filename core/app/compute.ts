// The compute settings for the windows, with what automatic comes to on this machine.
import type { ApiOutput } from '../contract/api.ts'
import { physicalCores } from '../engine/run/cores.ts'
import { readCompute } from '../jobs/compute.ts'
import type { Store } from '../store/store.ts'
import { memoryCap } from '../verify/memory.ts'
import type { MemoryMeter } from '../jobs/memory.ts'

export async function computeState(store: Store): Promise<ApiOutput<'compute.get'>> {
  const automatic = { threads: physicalCores(), memory: memoryCap(0) / 2 ** 30 }
  return { settings: await readCompute(store), automatic }
}

/** Memory as it is now, with the cap that jobs are held to. */
export async function memoryState(store: Store, meter: MemoryMeter): Promise<ApiOutput<'app.memory'>> {
  const { memory } = await readCompute(store)
  return { ...meter.read(), cap: Math.round(memoryCap(memory)) }
}
