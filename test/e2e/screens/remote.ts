// The core as the page of a test may ask it: the same calls as the app makes, with its key.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Page } from 'playwright-core'
import type { ApiInput, ApiMethod, ApiOutput } from '../../../core/contract/api.ts'

/** @throws Error with what the core answered */
export async function ask<M extends ApiMethod>(page: Page, method: M, input: ApiInput<M>): Promise<ApiOutput<M>> {
  const reply = await page.evaluate(
    async ([name, body]) => {
      const key = window.localStorage.getItem('espalier.key') ?? ''
      const headers = { 'content-type': 'application/json', 'x-espalier-key': key }
      const answer = await fetch(`/api/${name}`, { method: 'POST', headers, body })
      return (await answer.json()) as { value?: unknown }
    },
    [method, JSON.stringify(input)] as const,
  )
  if (!('value' in reply)) throw new Error(`${method} was answered by ${JSON.stringify(reply)}`)
  return reply.value as ApiOutput<M>
}

/** Another screen of the app that is open already. */
export function go(page: Page, hash: string): Promise<void> {
  return page.evaluate((next) => {
    window.location.hash = next
  }, hash)
}

/** Drops files on the window as a person does: the browser's own events, files with content. */
export async function drop(page: Page, ...paths: readonly string[]): Promise<void> {
  const given = paths.map((path) => ({ name: basename(path), bytes: [...readFileSync(path)] }))
  await page.evaluate((list) => {
    const data = new DataTransfer()
    for (const { name, bytes } of list) data.items.add(new File([Uint8Array.from(bytes)], name))
    for (const type of ['dragenter', 'dragover', 'drop'])
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }))
  }, given)
}
