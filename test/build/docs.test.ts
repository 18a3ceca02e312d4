// The documentation holds: recipes.md is what the schema says, examples are recipes, links lead somewhere, named scripts and files are there.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recipeDocs, recipeDocsFile } from '../../build/recipe-docs.ts'
import { parseRecipe } from '../../core/jobs/recipe/text.ts'

const root = join(import.meta.dirname, '../..')
const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root })].toSorted()
const read = (page: string): string => readFileSync(join(root, page), 'utf8')
const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```/g, '').replace(/`[^`]*`/g, '')
const blocks = (page: string, language: string): string[] =>
  [...read(page).matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1])

/** As GitHub makes them of headings. */
function anchors(page: string): Set<string> {
  const headings = [...read(page).matchAll(/^#+ (.+)$/gm)].map((match) => match[1])
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

function brokenLinks(page: string): string[] {
  const targets = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1])
  return targets.filter((target) => {
    if (/^https?:/.test(target)) return false
    const [path, anchor] = target.split('#', 2) as [string, string?]
    const file = path === '' ? page : relative(root, join(root, dirname(page), path))
    if (!existsSync(join(root, file))) return true
    return anchor !== undefined && !anchors(file).has(anchor)
  })
}

describe('the documentation', () => {
  it('of recipes is what the schema says (npm run docs writes it)', async () => {
    expect(readFileSync(recipeDocsFile, 'utf8')).toBe(await recipeDocs())
  })

  it('shows recipes that are recipes', () => {
    const examples = pages
      .flatMap((page) => blocks(page, 'yaml'))
      .filter((text) => /^name:/m.test(text) && text.includes('variants:'))
    expect(examples.length).toBeGreaterThan(0)
    for (const text of examples) expect(() => parseRecipe(text)).not.toThrow()
  })

  it.each(pages)('%s has no broken links', (page) => {
    expect(brokenLinks(page)).toEqual([])
  })

  it('names scripts and files that are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const texts = pages.map(read)
    const named = texts.flatMap((text) =>
      [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map((match) => match[1]),
    )
    expect(named.filter((name) => !(name in scripts))).toEqual([])
    const guides = pages.filter((page) => page.startsWith('docs/developing') || page === 'docs/security.md')
    const files = guides.flatMap((page) =>
      [...read(page).matchAll(/`((?:core|renderer|electron|build|test|resources)\/[\w./-]+\.\w+)`/g)].map(
        (match) => match[1],
      ),
    )
    expect(files.length).toBeGreaterThan(20)
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })

  it('would notice a broken link', () => {
    expect(anchors('README.md').has('start')).toBe(true)
    expect(anchors('README.md').has('no-such-heading')).toBe(false)
  })
})
