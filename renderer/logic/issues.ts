// What is wrong with an input, said near its field in words that name the allowed values.
import type { z } from 'zod'

export interface Issue {
  /** Dotted path in the recipe, e.g. `variants.0.train.epochs`. */
  readonly path: string
  readonly message: string
}

function sentence(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined || issue.input === null
        ? 'A value is needed here.'
        : `Must be ${issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`}.`
    case 'too_small': {
      const what = issue.origin === 'string' || issue.origin === 'array' ? 'Needs at least' : 'Must be at least'
      if (issue.origin === 'string') return 'A value is needed here.'
      return issue.inclusive === false ? `Must be more than ${issue.minimum}.` : `${what} ${issue.minimum}.`
    }
    case 'too_big':
      return issue.inclusive === false ? `Must be less than ${issue.maximum}.` : `Must be at most ${issue.maximum}.`
    case 'invalid_format':
      return `Allowed: ${issue.message}.`
    case 'invalid_value':
      return `Choose one of ${issue.values.map(String).join(', ')}.`
    default:
      return issue.message
  }
}

export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: sentence(issue) }))
}

/** The message for exactly this path. */
export function issueAt(issues: readonly Issue[], path: string): string | null {
  return issues.find((issue) => issue.path === path)?.message ?? null
}

/** Whether anything at or below one of the paths is wrong. */
export function issuesUnder(issues: readonly Issue[], prefixes: readonly string[]): Issue[] {
  return issues.filter(({ path }) => prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}.`)))
}
