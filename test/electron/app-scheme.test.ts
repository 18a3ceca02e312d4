// app://: only files of the interface, only from our host, always with the page policy.
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contentSecurityPolicy } from '../../core/contract/wire.ts'
import { answerFile, schemePrivileges, setupAppScheme } from '../../electron/app-scheme.ts'
import { isAppUrl } from '../../electron/origin.ts'

let home: string
let root: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'espalier-scheme-'))
  root = join(home, 'renderer')
  mkdirSync(join(root, 'assets'), { recursive: true })
  writeFileSync(join(root, 'index.html'), '<!doctype html>')
  writeFileSync(join(root, 'assets', 'index.js'), 'export {}')
  writeFileSync(join(home, 'secret.html'), 'secret')
  symlinkSync(join(home, 'secret.html'), join(root, 'link.html'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const get = (url: string, method = 'GET') => answerFile(root, { url, method })

describe('app scheme', () => {
  it('serves the page and its assets with the page policy', async () => {
    const page = await get('app://espalier/')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toBe(contentSecurityPolicy)
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await page.text()).toBe('<!doctype html>')
    expect((await get('app://espalier/assets/index.js')).headers.get('content-type')).toContain('javascript')
  })

  it.each([
    'app://espalier/../secret.html',
    'app://espalier/%2e%2e/secret.html',
    'app://espalier/..%2fsecret.html',
    'app://espalier/assets/..%5c..%5csecret.html',
    'app://espalier/%252e%252e/secret.html',
    'app://espalier/link.html',
    'app://espalier/%00index.html',
    'app://espalier/C:/secret.html',
    'app://other/index.html',
    'file:///etc/passwd',
    'app://espalier/assets',
  ])('answers nothing for %s', async (url) => {
    const answer = await get(url)
    expect(answer.status).toBe(404)
    expect(await answer.text()).toBe('')
  })

  it('reads only', async () => {
    expect((await get('app://espalier/', 'POST')).status).toBe(405)
    const head = await get('app://espalier/', 'HEAD')
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  it('registers the scheme as a standard, secure one that does not bypass the policy', () => {
    expect(schemePrivileges.privileges).toEqual({
      standard: true,
      secure: true,
      supportFetchAPI: true,
      codeCache: true,
    })
    const handled: string[] = []
    setupAppScheme({ handle: (scheme) => void handled.push(scheme) }, root)
    expect(handled).toEqual(['app'])
  })

  it('knows its own addresses from lookalikes', () => {
    expect(['app://espalier/', 'app://espalier/#/runs', 'app://espalier'].map(isAppUrl)).toEqual([true, true, true])
    const others = ['app://espalier.evil/', 'app://evil/espalier', 'https://espalier/', 'app://espalier@evil/', 'x', '']
    expect(others.map(isAppUrl)).toEqual(others.map(() => false))
  })
})
