// What the test and the stand-in for Electron tell each other.

/** Every message is answered under its `id`. */
export type ToShell = { readonly id: number } & (
  | { readonly type: 'invoke'; readonly channel: string; readonly from: string; readonly inputs: readonly unknown[] }
  | { readonly type: 'fetch'; readonly url: string }
  | { readonly type: 'menu'; readonly label: string }
  /** A second start with these arguments, the program first. */
  | { readonly type: 'start'; readonly args: readonly string[] }
  /** Closes the first window; `answer` is the button pressed where that is asked about. */
  | { readonly type: 'close'; readonly answer: number }
)

export type FromShell =
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'window'; readonly index: number; readonly options: object }
  | { readonly type: 'event'; readonly window: number; readonly event: unknown }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }

export interface Served {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}
