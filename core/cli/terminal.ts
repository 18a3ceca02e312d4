// What the command line writes: results to stdout, everything else to stderr, JSON where asked for.
import { styleText } from 'node:util'
import type { ErrorData } from '../contract/errors.ts'

/** The two streams; tests pass doubles. */
export interface Streams {
  readonly out: Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean }
  readonly err: Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number }
}

type Style = Parameters<typeof styleText>[0]

export class Terminal {
  readonly json: boolean
  readonly #streams: Streams
  #statusShown = false

  constructor(streams: Streams, json: boolean) {
    this.#streams = streams
    this.json = json
  }

  /** Whether a person watches stderr: a line that is rewritten in place. */
  get live(): boolean {
    return this.#streams.err.isTTY === true
  }

  /** A result for people; silent with --json. */
  print(text: string): void {
    if (this.json) return
    this.clearStatus()
    this.#streams.out.write(`${harmless(text)}\n`)
  }

  /** The result for programs; silent without --json. */
  value(value: unknown): void {
    if (this.json) this.#streams.out.write(`${JSON.stringify(value, null, 2)}\n`)
  }

  /** A line of progress that stays. */
  note(text: string): void {
    this.clearStatus()
    this.#streams.err.write(`${harmless(text)}\n`)
  }

  /** The line that is rewritten; nothing where nobody watches. */
  status(text: string): void {
    if (!this.live) return
    const width = (this.#streams.err.columns ?? 80) - 1
    const plain = harmless(text)
    const shown = plain.length > width ? `${plain.slice(0, width - 1)}…` : plain
    this.#streams.err.write(`\r\x1b[2K${shown}`)
    this.#statusShown = true
  }

  clearStatus(): void {
    if (this.#statusShown) this.#streams.err.write('\r\x1b[2K')
    this.#statusShown = false
  }

  error(error: ErrorData): void {
    if (this.json) this.value({ error })
    this.explain(error)
  }

  /** An error for people alone. */
  explain(error: ErrorData): void {
    this.clearStatus()
    this.#streams.err.write(
      `${this.style('red', 'error')} ${error.code}\n${indent(harmless(error.message))}\n${indent(harmless(`→ ${error.hint}`))}\n`,
    )
  }

  /** Colour for stderr, where it is a terminal and NO_COLOR is not set. */
  style(style: Style, text: string): string {
    return this.live && (process.env.NO_COLOR ?? '') === '' ? styleText(style, text, { validateStream: false }) : text
  }
}

/** Titles and messages may come from a file of someone else's: what would steer the terminal or turn the line becomes �. */
function harmless(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ')
}
