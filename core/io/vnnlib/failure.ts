// Errors of property files: what is wrong, and on which line.
import { EspalierError, type ErrorCode } from '../../contract/errors.ts'

const hints = {
  'property/syntax': 'Compare the line with the VNN-LIB standard (www.vnnlib.org).',
  'property/unsupported':
    'Espalier reads boxes of inputs and any and/or of linear constraints on the outputs; write the property so.',
  'property/too-large': 'Split the property into several files.',
} satisfies Partial<Record<ErrorCode, string>>

/** The property and the network were not written for each other. */
export function propertyMismatch(problem: string): EspalierError {
  const hint = 'Give the property that was written for this network, or the network that it was written for.'
  return new EspalierError('property/unsupported', `The property does not fit the network: ${problem}.`, hint)
}

/** An error about a line of a property file; line 0 is the file as a whole. */
export function propertyError(code: keyof typeof hints, problem: string, line: number): EspalierError {
  const place = line > 0 ? `Line ${line} of the property` : 'The property'
  return new EspalierError(code, `${place}: ${problem}.`, hints[code])
}
