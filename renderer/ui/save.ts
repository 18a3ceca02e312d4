// Files made here, handed to the shell's own way of saving.

export function saveBlob(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** Pixels around a saved plot, and the height of its title, in CSS pixels. */
const [margin, titleHeight] = [16, 28]

/** A canvas as PNG with its title above, on the ground it was drawn for: a plot alone would be transparent. */
export function savePng(name: string, title: string, canvas: HTMLCanvasElement): void {
  const scale = canvas.clientWidth === 0 ? 1 : canvas.width / canvas.clientWidth
  const style = getComputedStyle(canvas.parentElement ?? canvas)
  const out = document.createElement('canvas')
  out.width = canvas.width + 2 * margin * scale
  out.height = canvas.height + (2 * margin + titleHeight) * scale
  const context = out.getContext('2d')
  if (context === null) return
  context.fillStyle = style.getPropertyValue('background-color')
  context.fillRect(0, 0, out.width, out.height)
  context.fillStyle = style.getPropertyValue('color')
  context.font = `600 ${14 * scale}px ${style.getPropertyValue('font-family')}`
  context.fillText(title, margin * scale, (margin + 12) * scale)
  context.drawImage(canvas, margin * scale, (margin + titleHeight) * scale)
  out.toBlob((blob) => blob !== null && saveBlob(name, blob), 'image/png')
}
