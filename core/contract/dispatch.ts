// One gate for every transport: looks the method up, validates its input, answers a reply that is always plain data.
import { apiSchemas, type Api, type ApiMethod } from './api.ts'
import { EspalierError, toErrorData } from './errors.ts'
import type { WireReply } from './wire.ts'

/** Whether `name` is a method of the Api (own keys only: `toString` is not). */
export function isApiMethod(name: string): name is ApiMethod {
  return Object.hasOwn(apiSchemas, name)
}

/** Calls `method` of `api` with untrusted `input`; every failure comes back as data. */
export async function dispatch(api: Api, method: string, input: unknown): Promise<WireReply<unknown>> {
  try {
    if (!isApiMethod(method))
      throw new EspalierError(
        'api/unknown',
        `There is no method '${method}'.`,
        'Update the page: it is older or newer.',
      )
    const parsed = apiSchemas[method].input.safeParse(input)
    if (!parsed.success) {
      const issue = parsed.error.issues.at(0)
      const path = issue === undefined || issue.path.length === 0 ? 'input' : issue.path.join('.')
      throw new EspalierError(
        'api/invalid',
        `${method}: ${path}: ${issue?.message ?? 'invalid'}`,
        'The call does not have the form that the contract gives it.',
      )
    }
    const call = api[method] as (value: unknown) => Promise<unknown>
    return { ok: true, value: await call(parsed.data) }
  } catch (thrown) {
    return { ok: false, error: toErrorData(thrown) }
  }
}
