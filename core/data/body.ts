// Reads a file whose header promises its size: one pass, memory of exactly the promised size, nothing before the claim is checked.
import type { EspalierError } from '../contract/errors.ts'

/** What a header says of the bytes after it. */
export interface BodyHeader {
  readonly headerBytes: number
  readonly bodyBytes: number
}

/** How one format reads its header, and its errors. */
export interface BodyLayout<H extends BodyHeader> {
  /** The header, checked against limits and the file's size; null where more bytes are wanted. `ended`: there are none. */
  header(start: Uint8Array, ended: boolean): H | null
  truncated(header: H, filled: number): EspalierError
  trailing(header: H): EspalierError
}

/** Header and body of a stream of chunks. @throws what the layout throws, and what reading throws */
export async function readBody<H extends BodyHeader>(
  chunks: AsyncIterable<Uint8Array>,
  layout: BodyLayout<H>,
): Promise<{ readonly header: H; readonly body: Uint8Array<ArrayBuffer> }> {
  let start: Uint8Array = new Uint8Array(0)
  let open: { header: H; body: Uint8Array<ArrayBuffer>; filled: number } | null = null
  const begin = (header: H): { header: H; body: Uint8Array<ArrayBuffer>; filled: number } => {
    const begun = { header, body: new Uint8Array(header.bodyBytes), filled: 0 }
    append(begun, start.subarray(header.headerBytes), layout)
    start = new Uint8Array(0)
    return begun
  }
  for await (const chunk of chunks) {
    if (open === null) {
      start = start.length === 0 ? chunk : Buffer.concat([start, chunk])
      const header = layout.header(start, false)
      if (header !== null) open = begin(header)
    } else append(open, chunk, layout)
  }
  if (open === null) {
    const header = layout.header(start, true)
    if (header === null) throw new RangeError('A layout must decide at the end of the file.')
    open = begin(header)
  }
  if (open.filled < open.header.bodyBytes) throw layout.truncated(open.header, open.filled)
  return { header: open.header, body: open.body }
}

function append<H extends BodyHeader>(
  open: { readonly header: H; readonly body: Uint8Array; filled: number },
  chunk: Uint8Array,
  layout: BodyLayout<H>,
): void {
  if (open.filled + chunk.length > open.body.length) throw layout.trailing(open.header)
  open.body.set(chunk, open.filled)
  open.filled += chunk.length
}
