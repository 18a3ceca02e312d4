// The built interface: small, and free of everything that the page policy forbids.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const folder = join(import.meta.dirname, '../../dist/renderer')
const read = (file: string) => readFileSync(join(folder, file))

describe('the built interface', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.\w+$/.test(file))

  it('is under 300 kB of compressed code and style', () => {
    const code = files.filter((file) => /\.(js|css|html)$/.test(file))
    expect(code.length).toBeGreaterThan(2)
    expect(code.reduce((sum, file) => sum + gzipSync(read(file)).length, 0)).toBeLessThan(300_000)
  })

  it('has no inline script, no inline style, and nothing from elsewhere', () => {
    const page = read('index.html').toString()
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=/)
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//)
    for (const file of files.filter((name) => name.endsWith('.css')))
      expect(read(file).toString()).not.toMatch(/url\((["']?)(https?:|data:)/)
  })
})
