// Screenshots as indexed PNGs: 256 colours are enough for an interface, in two fifths of the bytes.
import { decode, encode } from 'fast-png'

const mostColours = 256

type Colour = [red: number, green: number, blue: number]
const colourOf = (key: number): Colour => [key >> 16, (key >> 8) & 255, key & 255]

/** The most frequent colours stay; every other one becomes the nearest of them. @param png 8 bits, 3 or 4 channels, opaque */
export function smallPng(png: Uint8Array): Uint8Array {
  const { width, height, data, channels } = decode(png)
  const keys = new Uint32Array(width * height)
  const uses = new Map<number, number>()
  for (let pixel = 0, at = 0; pixel < keys.length; pixel++, at += channels) {
    const key = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2]
    keys[pixel] = key
    uses.set(key, (uses.get(key) ?? 0) + 1)
  }
  const kept = [...uses].toSorted((a, b) => b[1] - a[1]).slice(0, mostColours)
  const palette = kept.map(([key]) => colourOf(key))
  const places = new Map([...uses.keys()].map((key) => [key, nearest(palette, colourOf(key))]))
  const indexed = Uint8Array.from(keys, (key) => places.get(key) ?? 0)
  return encode({ width, height, data: indexed, channels: 1, palette }, { zlib: { level: 6 } })
}

function nearest(palette: readonly Colour[], [red, green, blue]: Colour): number {
  let [found, least] = [0, Infinity]
  for (const [at, [r, g, b]] of palette.entries()) {
    const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2
    if (distance < least) [found, least] = [at, distance]
  }
  return found
}
