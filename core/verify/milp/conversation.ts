// One exchange with a solver thread: a request, its messages, and the last reply, whatever happens to the thread.
import type { Worker } from 'node:worker_threads'
import type { Reply, Request } from './protocol.ts'

/** Seconds a worker may go on after it was asked to stop, before its thread is given up. */
export const GRACE_SECONDS = 0.5

const lastKinds = ['solved', 'swept', 'searched', 'failed'] as const

/** `ended`: the worker did not stop in its grace time; its thread must be ended. */
type FinalReply = Extract<Reply, { kind: (typeof lastKinds)[number] }>
export type LastReply = FinalReply | { readonly kind: 'ended' }

/** Sends one request and waits for its last reply, the time limit, an abort, or the death of the thread. */
export function converse(
  worker: Worker,
  request: Request,
  seconds: number,
  signal: AbortSignal,
  hear: (reply: Reply) => void,
): Promise<LastReply> {
  return new Promise((resolve) => {
    let grace: NodeJS.Timeout | undefined
    const finish = (last: LastReply): void => {
      clearTimeout(grace)
      clearTimeout(limit)
      signal.removeEventListener('abort', stop)
      worker.off('message', receive).off('error', fail).off('exit', leave)
      resolve(last)
    }
    const stop = (): void => {
      Atomics.store(request.flag, 0, 1)
      grace ??= setTimeout(() => finish({ kind: 'ended' }), GRACE_SECONDS * 1000)
    }
    const receive = (reply: Reply): void => {
      if (isLast(reply)) finish(reply)
      else hear(reply)
    }
    const fail = (error: unknown): void =>
      finish({ kind: 'failed', message: `the solver thread failed: ${String(error)}` })
    const leave = (code: number): void =>
      finish({ kind: 'failed', message: `the solver thread ended with code ${code}` })
    const limit = setTimeout(stop, Math.max(1, Math.min(seconds * 1000, 2 ** 31 - 1)))
    signal.addEventListener('abort', stop, { once: true })
    worker.on('message', receive).on('error', fail).on('exit', leave)
    worker.postMessage(request)
  })
}

function isLast(reply: Reply): reply is FinalReply {
  return lastKinds.some((kind) => kind === reply.kind)
}
