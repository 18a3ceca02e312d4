// Files in the app, in a real Chromium against a real core: chosen, dropped, refused; checked, with the witness saved.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportOnnx, parseWitness } from '../../core/io/index.ts'
import { buildArchitecture } from '../../core/nn/index.ts'
import { writeFiles } from '../cli/files.ts'
import { carryOut, openApp } from './app.ts'
import { violationsOf } from './axe.ts'
import { hasChromium, warnWithoutChromium } from './chromium.ts'
import { ServedCore } from './core.ts'
import { drop } from './screens/remote.ts'
import { shoot } from './shots.ts'

warnWithoutChromium()

describe.skipIf(!hasChromium)('files in the app', () => {
  const core = new ServedCore()
  const folder = mkdtempSync(join(tmpdir(), 'espalier-import-'))
  const files = writeFiles(folder)
  let browser: Browser
  let page: Page
  let complaints: string[]
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
  const go = (hash: string) => page.evaluate((next) => (window.location.hash = next), hash)
  const choose = (title: 'Network' | 'Property', path: string) => page.getByLabel(`${title} file`).setInputFiles(path)
  const answered = () => page.getByRole('complementary', { name: 'Jobs' }).getByText('No job is running').waitFor()

  beforeAll(async () => {
    // Images of 8 × 8, and a box in which some of them are of another class.
    const network = buildArchitecture('net1', [1, 8, 8], 3, { classes: 3 })
    writeFileSync(files.onnx('image'), exportOnnx(network))
    const inputs = Array.from({ length: 64 }, (_, i) => `X_${i}`)
    const text = [
      ...[...inputs, 'Y_0', 'Y_1', 'Y_2'].map((name) => `(declare-const ${name} Real)`),
      ...inputs.map((name) => `(assert (>= ${name} 0))(assert (<= ${name} 1))`),
      '(assert (or (and (>= Y_0 Y_1)) (and (>= Y_2 Y_1))))',
    ]
    writeFileSync(files.vnnlib('image'), text.join('\n'))
    // A small history: a network trained for a moment, and one with half of its weights gone.
    const recipe = [
      'name: small',
      'data: { source: sample, train: 300, test: 80 }',
      'variants:',
      '  - { name: dense, architecture: net1, train: { epochs: 1 } }',
      '  - { name: sparse, from: dense, simplify: { method: weight, ratio: 0.5 } }',
      'verify: null',
    ]
    await carryOut(core, recipe.join('\n'))
    ;({ browser, page, complaints } = await openApp(core))
    await heading('Robustness you can prove')
  })
  afterAll(async () => {
    await browser.close()
    await core.stop()
    core.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  it('opens a network and shows its layers, its operators ticked', async () => {
    await page.getByRole('link', { name: 'Check a property' }).click()
    await heading('Check a property')
    await choose('Network', files.onnx('diamond'))
    await page.getByRole('heading', { name: 'What is in the network' }).waitFor()
    const operators = page.getByRole('list', { name: 'Operators, all understood' }).getByRole('listitem')
    expect(await operators.allInnerTexts()).toEqual(['Gemm', 'Relu'])
    expect(await page.getByRole('cell', { name: 'ReLU', exact: true }).count()).toBe(1)
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true)
    await page.getByText('Choose a property too: then it can be asked.').waitFor()
  })

  it('says in plain words what the property is', async () => {
    await choose('Property', files.vnnlib('fails'))
    await page.getByText('All 2 inputs may vary, each over a range of 2.').waitFor()
    await page.getByText('Y_0 ≥ 1.9 and Y_1 ≤ -1.8').waitFor()
    expect(await violationsOf(page)).toEqual([])
    await shoot(page, 'check')
  })

  it('refuses a broken file with what to do, and goes on with a good one', async () => {
    await choose('Property', files.vnnlib('broken'))
    await page.getByText('property/syntax').waitFor()
    await drop(page, files.vnnlib('fails'))
    await page.getByText('Y_0 ≥ 1.9 and Y_1 ≤ -1.8').waitFor()
  })

  it('finds the counterexample, shows it in numbers, and saves it as the competition writes it', async () => {
    await page.getByLabel('Time limit, seconds').fill('20')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await heading('diamond')
    const answer = page.getByRole('region', { name: 'fails.vnnlib' })
    await answer.getByText('Falsified', { exact: true }).waitFor()
    await answer.getByText(/an input that violates it/).waitFor()
    await answer.getByText('replayed', { exact: false }).first().waitFor()
    const saving = page.waitForEvent('download')
    await answer.getByRole('button', { name: 'Save the witness' }).click()
    const file = await saving
    expect(file.suggestedFilename()).toBe('fails.counterexample')
    const { input, output } = parseWitness(readFileSync(await file.path(), 'utf8'))
    expect([input.length, output[0] >= 1.9, output[1] <= -1.8]).toEqual([2, true, true])
    await answered()
    expect(await violationsOf(page)).toEqual([])
    await shoot(page, 'check-numbers')
  })

  it('takes a pair dropped at once, proves it, and keeps one model of one file', async () => {
    await go('#/runs')
    await heading('Runs')
    await drop(page, files.onnx('diamond'), files.vnnlib('holds'))
    await heading('Check a property')
    await page.getByText('Y_0 ≥ 2.01').waitFor()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    const answer = page.getByRole('region', { name: 'holds.vnnlib' })
    await answer.getByText('Verified', { exact: true }).waitFor()
    await answer.getByText(/no input in the box violates it/).waitFor()
    await answered()
    await answer.getByText('Certified', { exact: true }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await shoot(page, 'check-proved')
    const saving = page.waitForEvent('download')
    await answer.getByRole('button', { name: 'Save the certificate' }).click()
    expect((await saving).suggestedFilename()).toBe('holds.certificate.json.gz')
    const packing = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Bundle', exact: true }).click()
    const bundle = await packing
    const cli = join(import.meta.dirname, '../../core/cli/main.ts')
    const place = join(folder, bundle.suggestedFilename())
    await bundle.saveAs(place)
    const { stdout } = await promisify(execFile)(process.execPath, [cli, 'check', place, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ instances: 1, proved: 1, open: 0 })
    await go('#/models')
    await page.getByRole('link', { name: 'diamond', exact: true }).waitFor()
    expect(await page.getByRole('link', { name: 'diamond', exact: true }).count()).toBe(1)
  })

  it('shows a counterexample as a picture where the input is an image', async () => {
    await go('#/check')
    await drop(page, files.onnx('image'), files.vnnlib('image'))
    await page.getByText(/no longer answers class 1/).waitFor()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    const answer = page.getByRole('region', { name: 'image.vnnlib' })
    await answer.getByRole('img', { name: 'The counterexample' }).waitFor({ timeout: 270_000 })
    await answer.getByText(/^Difference × /).waitFor()
    await answered()
    await shoot(page, 'check-picture')
  })

  it('offers recent files, and imports a network alone', async () => {
    await go('#/check')
    await page.getByRole('list', { name: 'Recent network files' }).getByRole('button', { name: 'image.onnx' }).click()
    await page.getByRole('heading', { name: 'What is in the network' }).waitFor()
    await page.getByRole('button', { name: 'Import the network only' }).click()
    await heading('image')
    await page.getByText('Imported ONNX').waitFor()
  })

  it('shows what a model is made of, and which classes it mistakes', async () => {
    await go('#/models')
    await page.getByRole('link', { name: 'sparse', exact: true }).first().click()
    await heading('sparse')
    const family = page.getByRole('list', { name: 'Lineage' })
    await family.getByRole('link', { name: 'dense' }).first().waitFor()
    expect(await family.locator('[aria-current]').count()).toBe(1)
    await page.getByRole('list', { name: 'Graph of the network' }).getByText('ReLU').first().waitFor()
    await page
      .getByRole('img', { name: /^Weights of / })
      .first()
      .waitFor()
    await page
      .getByRole('heading', { name: /^γ of / })
      .first()
      .waitFor()
    expect(await page.getByRole('img', { name: /^Filter \d/ }).count()).toBe(64)
    expect(await page.getByRole('img', { name: /that are not zero$/ }).count()).toBeGreaterThan(1)
    await page.getByText('ONNX Runtime').waitFor()
    await page.getByRole('button', { name: 'Classify the test images' }).click()
    await page.getByText(/of 80 test images of .* are classified correctly/).waitFor()
    await shoot(page, 'model')
    const filters = page.getByRole('heading', { name: 'Filters of the first layer' })
    await filters.scrollIntoViewIfNeeded()
    await shoot(page, 'model-weights')
  })

  it('shows the images of a dataset by class, one with its values, and what is wrong with them', async () => {
    await go('#/data')
    await heading('Data')
    await page.getByText('No test image is among the training images.').waitFor()
    const images = page.getByRole('list', { name: 'Images' }).getByRole('button')
    await page.getByText('80 images', { exact: true }).waitFor()
    expect(await images.count()).toBe(80)
    await page.getByLabel('Class', { exact: true }).selectOption('0')
    await page
      .getByText(/^[1-9] images$|^\d\d images$/)
      .first()
      .waitFor()
    await images.first().click()
    const values = page.getByRole('region', { name: 'Pixel values' })
    await values.waitFor()
    expect(await values.getByRole('row').count()).toBe(28)
    await shoot(page, 'data')
  })

  it('opens dropped data, and says what else it would take', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [
      i % 2,
      ...Array.from({ length: 16 }, (_, p) => (i * 7 + p * 13) % 256),
    ])
    const csv = join(folder, 'tiny.csv')
    writeFileSync(csv, ['label', ...Array.from({ length: 16 }, (_, p) => `p${p}`)].join() + '\n' + rows.join('\n'))
    await drop(page, csv)
    await heading('Data')
    await page.getByText('1 × 4 × 4').first().waitFor()
    await page.getByText('How it is read').click()
    await page.getByLabel('Label column').fill('2')
    await page.getByRole('button', { name: 'Open like this' }).click()
    await page.getByText('data/').or(page.getByText('1 × 4 × 4')).first().waitFor()
    const text = join(folder, 'notes.txt')
    writeFileSync(text, 'not for us')
    await drop(page, text)
    await page.getByText('files/kind').waitFor()
    await page.getByText(/Give one of \.onnx/).waitFor()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
  })

  it('left no complaint of the page', () =>
    expect(complaints.filter((one) => !/422|Failed to load/.test(one))).toEqual([]))
})
