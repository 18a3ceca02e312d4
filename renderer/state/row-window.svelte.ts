// Which rows of a long table are in sight: only those are in the page, spacers stand for the others.
/** Rows rendered beyond each edge, so that scrolling and the Tab key find the next ones there. */
const overscan = 4
/** New rows in one frame, at most: a far jump fills the view in two or three frames instead of holding one up. */
const batch = 12
/** The window moves in steps of so many rows, not with every pixel. */
const step = 4

export class RowWindow {
  first = $state(0)
  last = $state(batch)
  /** Pixels; measured on the rows themselves, because fonts and zoom decide it. */
  rowHeight = $state(45)
  private readonly count: () => number
  private body: HTMLElement | null = null
  private scroller: HTMLElement | null = null
  private frame = 0

  /** @param count how many rows there are, read reactively */
  constructor(count: () => number) {
    this.count = count
  }

  /** Pixels of the rows above and below those in the page. */
  get above(): number {
    return this.from * this.rowHeight
  }
  get below(): number {
    return (this.count() - this.to) * this.rowHeight
  }
  /** The rows in the page: from, inclusive, to, exclusive. */
  get from(): number {
    return Math.min(this.first, Math.max(0, this.count() - 1))
  }
  get to(): number {
    return Math.min(this.last, this.count())
  }
  get indices(): readonly number[] {
    const { from, to } = this
    return Array.from({ length: Math.max(0, to - from) }, (_, k) => from + k)
  }

  /** For `{@attach}` on the element whose children are the rows. */
  readonly attach = (body: HTMLElement): (() => void) => {
    this.body = body
    const scroller = scrollerOf(body)
    this.scroller = scroller
    const observer = new ResizeObserver(this.look)
    observer.observe(scroller)
    observer.observe(body)
    scroller.addEventListener('scroll', this.look, { passive: true })
    return () => {
      cancelAnimationFrame(this.frame)
      observer.disconnect()
      scroller.removeEventListener('scroll', this.look)
      this.body = null
    }
  }

  private readonly look = (): void => {
    cancelAnimationFrame(this.frame)
    this.frame = requestAnimationFrame(() => this.measure())
  }

  private measure(): void {
    if (this.body === null || this.scroller === null) return
    const height = this.body.querySelector<HTMLElement>('[data-row]')?.offsetHeight ?? 0
    if (height > 0) this.rowHeight = height
    const top = this.body.getBoundingClientRect().top
    const view = this.scroller.getBoundingClientRect()
    const stepped = (row: number): number => Math.max(0, Math.floor(row / step) * step)
    this.approach(
      stepped((view.top - top) / this.rowHeight - overscan),
      stepped((view.bottom - top) / this.rowHeight + overscan + step),
    )
  }

  /** Moves the window to these rows; those that are new come `batch` by batch, one frame after another. */
  private approach(first: number, last: number): void {
    const from = Math.max(first, this.first)
    const to = Math.min(last, this.last)
    const kept = from < to ? { from, to } : { from: first, to: first }
    this.last = Math.min(last, kept.to + batch)
    this.first = Math.max(first, kept.from - batch + (this.last - kept.to))
    if (this.first !== first || this.last !== last) this.look()
  }
}

function scrollerOf(element: HTMLElement): HTMLElement {
  for (let parent = element.parentElement; parent !== null; parent = parent.parentElement)
    if (/auto|scroll/.test(getComputedStyle(parent).overflowY) && !parent.classList.contains('table-scroll'))
      return parent
  return element.ownerDocument.documentElement
}
