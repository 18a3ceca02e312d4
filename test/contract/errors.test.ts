// Every error code is documented, and the documentation names no code that does not exist.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('docs/errors.md lists exactly the codes of the contract', () => {
  const source = readFileSync('core/contract/errors.ts', 'utf8')
  const union = source.slice(source.indexOf('export type ErrorCode'), source.indexOf('export class'))
  const declared = [...union.matchAll(/^ {2}\| '([^']+)'/gm)].map((match) => match[1])
  const documented = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1])
  expect(declared.length).toBeGreaterThan(40)
  expect(documented.toSorted()).toEqual(declared.toSorted())
})
