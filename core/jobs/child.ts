// Entry of a job process started with Node's fork.
import { runJobProcess, type ParentPort } from './child-main.ts'

/** Time after the core has vanished in which a checkpoint may still be finished. */
const orphanGrace = 5_000

// Ctrl-C reaches the whole process group: the core decides, and sends `stop`.
process.on('SIGINT', () => undefined)

let unsent = 0
let whenSent: () => void = () => undefined
const port: ParentPort = {
  send(message) {
    if (!process.connected) return
    unsent += 1
    process.send?.(message, undefined, undefined, () => {
      unsent -= 1
      if (unsent === 0) whenSent()
    })
  },
  onMessage: (listener) => process.on('message', listener),
  onClose: (listener) =>
    process.on('disconnect', () => {
      listener()
      setTimeout(() => process.exit(1), orphanGrace).unref()
    }),
  flushed: () => (unsent === 0 ? Promise.resolve() : new Promise((resolve) => (whenSent = resolve))),
}

await runJobProcess(port)
process.exit(0)
