// TensorFlow.js for the rest of the core: its functions as `tf`, with every gradient registered and repaired, and its tensor type.
import { registerHooks } from 'node:module'
import { repairShapes } from './gradients/shapes.ts'
import { repairSecondOrder } from './gradients/second-order.ts'
import * as tf from './gradients/tfjs.ts'

export { tf }
export type Tensor = tf.Tensor

/**
 * TensorFlow.js keeps its gradients out of the file Node loads, in modules whose imports leave out `.js`:
 * this resolves those few hundred imports for as long as they load.
 */
async function registerGradients(): Promise<void> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const within = context.parentURL?.includes('/@tensorflow/tfjs-core/dist/') ?? false
      return within && /^\.\.?\//.test(specifier) && !specifier.endsWith('.js')
        ? next(`${specifier}.js`, context)
        : next(specifier, context)
    },
  })
  try {
    await import('@tensorflow/tfjs-core/dist/register_all_gradients.js')
  } finally {
    hooks.deregister()
  }
}

await registerGradients()
repairSecondOrder()
repairShapes()
