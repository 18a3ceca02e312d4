// An anti-aliased rasteriser for short line segments, fast enough for ten thousand images a second.

/** A square grey image under the pen: ink in 0…1, row-major, `[side, side]`; pixel (x, y) has its centre at (x, y). */
export class Canvas {
  readonly side: number
  readonly ink: Float32Array

  constructor(side: number) {
    this.side = side
    this.ink = new Float32Array(side * side)
  }

  clear(): void {
    this.ink.fill(0)
  }

  /**
   * Draws a segment with round ends, in pixel coordinates. Ink falls off over one pixel at the rim, and where strokes
   * meet the darker one wins.
   */
  segment(x0: number, y0: number, x1: number, y1: number, halfWidth: number, strength: number): void {
    const reach = halfWidth + 0.5
    const last = this.side - 1
    const left = Math.max(0, Math.ceil(Math.min(x0, x1) - reach))
    const right = Math.min(last, Math.floor(Math.max(x0, x1) + reach))
    const top = Math.max(0, Math.ceil(Math.min(y0, y1) - reach))
    const bottom = Math.min(last, Math.floor(Math.max(y0, y1) + reach))
    const dx = x1 - x0
    const dy = y1 - y0
    const inverse = 1 / Math.max(dx * dx + dy * dy, 1e-12)
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) * inverse))
        const offX = x - x0 - along * dx
        const offY = y - y0 - along * dy
        const cover = Math.min(1, reach - Math.sqrt(offX * offX + offY * offY)) * strength
        const at = y * this.side + x
        if (cover > this.ink[at]) this.ink[at] = cover
      }
    }
  }
}
