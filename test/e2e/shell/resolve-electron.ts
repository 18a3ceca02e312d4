// Resolves the module `electron` to its stand-in, for the process that this is loaded into before everything else.
import { registerHooks } from 'node:module'

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: new URL('./stand-in-electron.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
})
