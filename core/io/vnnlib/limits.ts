// How large a property file may be; checked while it is read.

/** Largest decompressed file, in bytes. */
export const maximumBytes = 2 ** 27
/** Deepest nesting of parentheses. */
export const maximumDepth = 256
/** Most inputs, and most outputs. */
export const maximumVariables = 2 ** 24
/** Most alternatives after and/or are multiplied out. */
export const maximumDisjuncts = 20_000
/** Most constraints in all alternatives together, and most numbers in all their boxes or rows. */
export const maximumConstraints = 2 ** 24
