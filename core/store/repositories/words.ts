// Words that a list is searched for: every one must be there, letters of either case, nothing in them is a pattern.

/** For `like … escape '\'`: the word anywhere. */
export function patternOf(word: string): string {
  return `%${word.replace(/[\\%_]/g, '\\$&')}%`
}

export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
