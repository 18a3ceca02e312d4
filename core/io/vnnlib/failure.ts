// Errors of property files: what is wrong, and on which line.
import { EspalierError, type ErrorCode } from '../../contract/errors.ts'

const hints = {
  'property/syntax': 'Compare the line with the VNN-LIB standard (www.vnnlib.org).',
  'property/unsupported':
    'Espalier reads boxes of inputs and any and/or of linear constraints on the outputs; write the property so.',
  'property/too-large': 'Split the property into several files.',
} satisfies Partial<Record<ErrorCode, string>>

/** An error about a line of a property file; line 0 is the file as a whole. */
export function propertyError(code: keyof typeof hints, problem: string, line: number): EspalierError {
  const place = line > 0 ? `Line ${line} of the property` : 'The property'
  return new EspalierError(code, `${place}: ${problem}.`, hints[code])
}
