// What a person sees while radii are looked for: every image as it is done, and the bracket of the one at work.
import type { ImageRadius, RadiiTask } from '../app/radius.ts'
import { formatSeconds } from './table.ts'
import type { Terminal } from './terminal.ts'

/** Milliseconds between plain lines about one image, where no terminal watches. */
const PLAIN_EVERY = 10_000

export class RadiusProgress {
  readonly #terminal: Terminal
  #plainAt = performance.now()

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  readonly report: RadiiTask['report'] = (image, { lower, upper, asking }) => {
    const asked = asking === null ? '' : `, asking about ${asking.toFixed(5)}`
    const text = `  image ${image}: radius ${lower.toFixed(5)} … ${upper?.toFixed(5) ?? '?'}${asked}`
    if (this.#terminal.live) this.#terminal.status(text)
    else if (performance.now() - this.#plainAt >= PLAIN_EVERY) this.#note(text)
  }

  readonly found: RadiiTask['found'] = (radius, done, total) => {
    this.#note(`  image ${radius.image} (${done} of ${total}): ${summary(radius)}, ${formatSeconds(radius.seconds)}`)
  }

  #note(text: string): void {
    this.#plainAt = performance.now()
    this.#terminal.note(text)
  }
}

function summary({ lower, upper, evidence, finished, error }: ImageRadius): string {
  if (error !== null) return error.code
  if (upper === 0) return 'misclassified as it is'
  const verified = `verified up to ${lower.toFixed(6)}${evidence === null ? '' : ` (${evidence})`}`
  const nearest = upper === null ? 'no counterexample' : `counterexample at ${upper.toFixed(6)}`
  return `${verified}, ${nearest}${finished ? '' : ', not finished'}`
}
