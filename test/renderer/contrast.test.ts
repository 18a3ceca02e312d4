// Every text colour of the design system reaches AA (4.5:1) on every ground it is used on, and outlines 3:1, in both themes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const css = readFileSync(join(import.meta.dirname, '../../renderer/styles/tokens.css'), 'utf8')
const pairs = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [
    name,
    { light, dark },
  ]),
)

/** WCAG 2.2 relative luminance. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [bright, dim] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (bright + 0.05) / (dim + 0.05)
}

const verdicts = ['verified', 'falsified', 'timeout', 'unknown', 'error']
const texts: [string, string][] = [
  ...['text', 'muted', 'accent', 'accent-strong'].flatMap((text): [string, string][] =>
    ['paper', 'surface', 'sunken', 'hover'].map((ground) => [text, ground]),
  ),
  ...verdicts.map((verdict): [string, string] => [verdict, `${verdict}-soft`]),
  ...verdicts.map((verdict): [string, string] => [verdict, 'surface']),
  ['accent-strong', 'accent-soft'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
]
const outlines: [string, string][] = [
  ['line-strong', 'surface'],
  ['focus', 'paper'],
  ['focus', 'surface'],
  ...[1, 2, 3, 4].map((n): [string, string] => [`series-${n}`, 'surface']),
]

describe.each(['light', 'dark'] as const)('%s theme', (theme) => {
  const colour = (name: string) => pairs.get(name)?.[theme] ?? ''
  it.each(texts)('%s on %s is readable', (text, ground) => {
    expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5)
  })
  it.each(outlines)('%s on %s can be seen', (outline, ground) => {
    expect(contrast(colour(outline), colour(ground))).toBeGreaterThanOrEqual(3)
  })
})
