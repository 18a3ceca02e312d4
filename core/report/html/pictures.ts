// Pictures of a report as PNG inside the file: test image, counterexample, and their signed difference with its magnification.
import { encode } from 'fast-png'
import type { Instance, Picture } from '../../contract/api.ts'
import { number } from './format.ts'
import { html, type Markup } from './markup.ts'

type Rgb = readonly [number, number, number]
const [less, same, more]: readonly [Rgb, Rgb, Rgb] = [[44, 98, 196], [244, 244, 240], [200, 70, 30]] // prettier-ignore

/** Counterexamples side by side; instances without one are left out. */
export function strips(instances: readonly Instance[]): Markup {
  return html`<div class="strips">${instances.flatMap((instance) => strip(instance))}</div>`
}

function strip({ verdict, image, counterexample, difference, magnification, linf, ...rest }: Instance): Markup[] {
  if (counterexample === null || difference === null) return []
  const name = (logits: readonly number[] | null): string =>
    logits === null ? '–' : (rest.classes.at(logits.indexOf(Math.max(...logits))) ?? '–')
  const [before, after] = [name(rest.logits), name(rest.counterexampleLogits)]
  return [
    html`<figure class="strip">
      <p>
        <b>Image ${verdict.imageIndex}</b>, class ${rest.classes.at(verdict.label) ?? verdict.label}; ℓ∞ ${number(linf)}
        of ${number(verdict.epsilon)}
      </p>
      <div>
        <figure>${picture(image, 'test image', false)}<span>test image: ${before}</span></figure>
        <figure>${picture(counterexample, 'counterexample', false)}<span>counterexample: ${after}</span></figure>
        <figure>
          ${picture(difference, 'signed difference', true)}<span
            >difference × ${number(magnification)}: blue darker, orange brighter</span
          >
        </figure>
      </div>
    </figure>`,
  ]
}

/** As PNG inside the page. `signed`: 128 is no change. */
export function picture(source: Picture, alt: string, signed: boolean): Markup {
  const { width, height } = source
  const png = encode({ width, height, data: rgb(source, signed), channels: 3, depth: 8 })
  return html`<img
    alt="${alt}"
    width="112"
    height="112"
    src="data:image/png;base64,${Buffer.from(png).toString('base64')}"
  />`
}

/** Three bytes a pixel. `signed`: 128 is no change, and one channel is coloured by sign. */
function rgb({ width, height, channels, pixels }: Picture, signed: boolean): Uint8Array {
  const bytes = Buffer.from(pixels, 'base64')
  const out = new Uint8Array(width * height * 3)
  for (let pixel = 0; pixel < width * height; pixel++) {
    const first = bytes[pixel * channels]
    const colour: Rgb =
      channels >= 3
        ? [first, bytes[pixel * channels + 1], bytes[pixel * channels + 2]]
        : signed
          ? diverging((first - 128) / 127)
          : [first, first, first]
    out.set(colour, pixel * 3)
  }
  return out
}

function diverging(value: number): Rgb {
  const end = value < 0 ? less : more
  const weight = Math.min(1, Math.abs(value))
  const mix = (i: 0 | 1 | 2): number => Math.round(same[i] * (1 - weight) + end[i] * weight)
  return [mix(0), mix(1), mix(2)]
}
