// Another program's page on another port of this machine, in the browser that is signed in: it gets the cookie, and nothing for it.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, launchChromium, newContext, warnWithoutChromium } from './chromium.ts'
import { ServedCore } from './core.ts'

warnWithoutChromium()

describe.skipIf(!hasChromium)('a hostile page', () => {
  const core = new ServedCore()
  const shown: string[] = []
  let browser: Browser
  let context: BrowserContext
  let other: Server
  let page: Page
  let address: string
  beforeAll(async () => {
    other = createServer((request, response) => {
      shown.push(request.headers.cookie ?? '')
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>Prizes</title>')
    }).listen(0, '127.0.0.1')
    const [link, started] = await Promise.all([core.start(), launchChromium()])
    browser = started
    context = (await newContext(browser)).context
    address = new URL(link).origin
    const ours = await context.newPage()
    await ours.goto(link)
    await ours.getByRole('heading', { name: 'Robustness you can prove' }).waitFor()
    page = await context.newPage()
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`)
  })
  afterAll(async () => {
    await browser.close()
    other.close()
    await core.stop()
    core.remove()
  })

  it('is shown the cookie by the browser, which knows no ports', () => {
    expect(shown.join()).toMatch(/espalier-\d+=/)
  })

  it('reads no answer and has no call carried out', async () => {
    const tried = await page.evaluate(async (target) => {
      const body = JSON.stringify({ yaml: 'x' })
      const options: RequestInit[] = [
        { method: 'POST', body, credentials: 'include', headers: { 'content-type': 'application/json' } },
        { method: 'POST', body, credentials: 'include', mode: 'no-cors' },
        { credentials: 'include' },
      ]
      const ask = (init: RequestInit) =>
        fetch(`${target}/api/recipes.parse`, init).then(
          (answer) => `${answer.type} ${answer.status}`,
          () => 'refused',
        )
      return Promise.all(options.map(ask))
    }, address)
    // Cross-origin-resource-policy blocks even the opaque answer.
    expect(tried.every((answer) => answer === 'refused' || answer === 'opaque 0')).toBe(true)
    expect(tried[0]).toBe('refused')
  })

  it('hears no events, with or without a guessed key', async () => {
    const heard = await page.evaluate((target) => {
      const listen = (protocols: string[]) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(`${target.replace('http', 'ws')}/events`, protocols)
          socket.onopen = () => resolve('open')
          socket.onerror = () => resolve('refused')
        })
      return Promise.all([listen([]), listen(['espalier']), listen(['espalier', 'x'.repeat(43)])])
    }, address)
    expect(heard).toEqual(['refused', 'refused', 'refused'])
  })

  it('cannot frame the app', async () => {
    await page.evaluate((target) => {
      const frame = document.createElement('iframe')
      frame.src = target
      document.body.append(frame)
    }, address)
    await page.waitForTimeout(1_000)
    const inside = page.frames().find((frame) => frame !== page.mainFrame())
    expect(await inside?.evaluate(() => document.querySelector('#app') !== null).catch(() => false)).toBe(false)
  })

  it('gives its program nothing either: the cookie alone opens no call', async () => {
    const cookie = shown.find((text) => text.includes('espalier-')) ?? ''
    const headers = { cookie, origin: address, 'content-type': 'application/json' }
    const answer = await fetch(`${address}/api/models.list`, { method: 'POST', headers, body: '{}' })
    expect(answer.status).toBe(401)
  })

  it('under a name of its own (DNS rebinding) is refused before anything', async () => {
    const rebound = await launchChromium(['--host-resolver-rules=MAP evil.example 127.0.0.1'])
    const attacker = await (await newContext(rebound)).context.newPage()
    const answer = await attacker.goto(`http://evil.example:${new URL(address).port}/`)
    expect(answer?.status()).toBe(401)
    await rebound.close()
  })
})
