// Expects a promise to fail with a coded error that says what happened and what to do.
import { expect } from 'vitest'
import { EspalierError, type ErrorCode } from '../../core/contract/errors.ts'

/** Checks code, a hint, and the words in the message; returns the error. */
export async function expectCoded(work: Promise<unknown>, code: ErrorCode, ...words: string[]): Promise<EspalierError> {
  const thrown = await work.then(
    () => new Error('nothing was thrown'),
    (cause: unknown) => cause,
  )
  expect(thrown).toBeInstanceOf(EspalierError)
  const error = thrown as EspalierError
  expect(error.code).toBe(code)
  expect(error.hint.length).toBeGreaterThan(10)
  for (const word of words) expect(error.message).toContain(word)
  return error
}
