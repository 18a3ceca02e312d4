// Pictures as the canvas wants them: base64 bytes to RGBA; signed differences on a diverging scale.
import type { Picture } from '../../core/contract/api.ts'

type Rgb = readonly [number, number, number]
const less: Rgb = [44, 98, 196]
const same: Rgb = [244, 244, 240]
const more: Rgb = [200, 70, 30]

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

/** −1 → blue, 0 → paper, 1 → orange, straight lines between. */
function diverging(value: number): Rgb {
  const end = value < 0 ? less : more
  const weight = Math.min(1, Math.abs(value))
  return [0, 1, 2].map((i) => Math.round((same[i] ?? 0) * (1 - weight) + (end[i] ?? 0) * weight)) as unknown as Rgb
}

/** RGBA, four bytes per pixel. `signed`: byte 128 is zero, and one channel is coloured by sign. */
export function rgba(picture: Picture, signed: boolean): Uint8ClampedArray<ArrayBuffer> {
  const { width, height, channels } = picture
  const bytes = bytesOf(picture.pixels)
  const out = new Uint8ClampedArray(width * height * 4)
  for (let pixel = 0; pixel < width * height; pixel++) {
    const first = bytes[pixel * channels] ?? 0
    const colour: Rgb =
      channels >= 3
        ? [first, bytes[pixel * channels + 1] ?? 0, bytes[pixel * channels + 2] ?? 0]
        : signed
          ? diverging((first - 128) / 127)
          : [first, first, first]
    out.set([...colour, 255], pixel * 4)
  }
  return out
}

/** The picture with every value changed by ε, up or down by lot, kept within 0–255; the same lot every time. */
export function perturbed(picture: Picture, epsilon: number): Picture {
  const step = Math.round(epsilon * 255)
  // A multiplicative generator (Lehmer): enough for noise that is only looked at.
  let state = 20_261
  const bytes = bytesOf(picture.pixels).map((byte) => {
    state = (state * 48_271) % 0x7fffffff
    return Math.min(255, Math.max(0, byte + (state > 0x3fffffff ? step : -step)))
  })
  return { ...picture, pixels: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) }
}
