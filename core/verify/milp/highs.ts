// The one place that loads HiGHS: its type declarations describe the CommonJS build, while Node loads the ES module.
import loadModule, { type Highs, type InitOptions } from 'highs'

export type { Highs, HighsCallbackMap, Model, ModelStatusCode } from 'highs'

/** Compiles the WebAssembly module and starts HiGHS in this thread. */
export const loadHighs = loadModule as unknown as (options?: InitOptions) => Promise<Highs>
