// The one place that loads HiGHS: its type declarations describe the CommonJS build, while Node loads the ES module.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import loadModule, { type Highs, type InitOptions } from 'highs'

export type { Highs, HighsCallbackMap, Model, ModelStatusCode } from 'highs'

/**
 * HiGHS' WebAssembly. Threads that are given the same module share the code that V8 has optimised for it, which a thread of
 * its own takes seconds of solving to come to.
 */
export async function compileHighs(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(createRequire(import.meta.url).resolve('highs/runtime')))
}

/** Starts HiGHS in this thread, on a compiled module where one is given. */
export const loadHighs = loadModule as unknown as (options?: InitOptions) => Promise<Highs>
