// The workstation's compute settings: kept with the history, taken by jobs whose recipe says nothing.
import { computeSchema, type ComputeSettings } from '../contract/compute.ts'
import type { Recipe } from '../contract/recipe.ts'
import type { EngineOptions } from '../engine/engine.ts'
import type { Store } from '../store/store.ts'
import { memoryCap } from '../verify/memory.ts'
import type { VerifierOptions } from '../verify/verifier.ts'

const key = 'compute'

export async function readCompute(store: Store): Promise<ComputeSettings> {
  const found = computeSchema.safeParse((await store.settings.get(key)) ?? {})
  return found.success ? found.data : computeSchema.parse({})
}

export async function writeCompute(store: Store, settings: ComputeSettings): Promise<void> {
  await store.settings.set(key, settings)
}

/** A recipe as it is carried out on this workstation: what it leaves automatic is as the settings say. */
export async function settled<R extends ComputeSettings>(store: Store, recipe: R): Promise<R> {
  const { threads, memory } = await readCompute(store)
  return { ...recipe, threads: recipe.threads || threads, memory: recipe.memory || memory }
}

/** @param settings of a recipe that is settled, or of flags */
export function engineOptionsOf({
  provider,
  threads,
}: Pick<Recipe, 'provider' | 'threads'>): EngineOptions & Pick<Required<EngineOptions>, 'provider'> {
  return { provider: provider as Required<EngineOptions>['provider'], ...(threads === 0 ? {} : { threads }) }
}

/** Threads of solvers are those of the arithmetic, which waits meanwhile. */
export function verifierOptionsOf({
  threads,
  memory,
}: ComputeSettings): Pick<VerifierOptions, 'solverThreads'> & Required<Pick<VerifierOptions, 'memoryBytes'>> {
  return { memoryBytes: memoryCap(memory), ...(threads === 0 ? {} : { solverThreads: threads }) }
}
