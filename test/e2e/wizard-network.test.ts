// A network that is there, through the wizard: refused where it does not fit, its scores under the slider, a dry run, a check.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportOnnx } from '../../core/io/index.ts'
import { buildArchitecture } from '../../core/nn/index.ts'
import { carryOut, openApp } from './app.ts'
import { violationsOf } from './axe.ts'
import { hasChromium, warnWithoutChromium } from './chromium.ts'
import { ServedCore } from './core.ts'
import { shoot } from './shots.ts'

warnWithoutChromium()

describe.skipIf(!hasChromium)('a network that is there, in the wizard', () => {
  const core = new ServedCore()
  const folder = mkdtempSync(join(tmpdir(), 'espalier-wizard-'))
  const file = (name: string) => join(folder, name)
  let browser: Browser
  let page: Page
  let complaints: string[]
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  const go = (hash: string) => page.evaluate((next) => (window.location.hash = next), hash)
  const next = () => page.getByRole('link', { name: 'Next' }).click()
  const fits = () => page.getByRole('list', { name: 'Operators, all understood' }).waitFor()

  beforeAll(async () => {
    writeFileSync(file('fits.onnx'), exportOnnx(buildArchitecture('convSmall', [1, 28, 28], 3)))
    writeFileSync(file('tiny.onnx'), exportOnnx(buildArchitecture('net1', [1, 8, 8], 3, { classes: 3 })))
    const recipe = [
      'name: small',
      'data: { source: sample, train: 600, test: 80 }',
      'variants:',
      '  - { name: dense, architecture: net1, train: { epochs: 3, gammaL1: 0.002 } }',
      '  - { name: sparse, from: dense, simplify: { method: weight, ratio: 0.5 } }',
      'verify: { epsilon: 0.02, method: crown, images: { select: first, count: 4 } }',
    ]
    await carryOut(core, recipe.join('\n'))
    ;({ browser, page, complaints } = await openApp(core))
  }, 300_000)
  afterAll(async () => {
    await browser.close()
    await core.stop()
    core.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  it('asks for the goal first, and compares two runs from there', async () => {
    await go('#/wizard')
    await heading('What do you want?')
    await shoot(page, 'wizard-goal')
    await page.getByRole('radio', { name: /^Compare two/ }).check()
    expect(await page.getByRole('button', { name: 'Compare', exact: true }).isDisabled()).toBe(true)
    await page.getByLabel('A, before').selectOption({ label: 'dense' })
    await page.getByLabel('B, after').selectOption({ label: 'sparse' })
    expect(await violationsOf(page)).toEqual([])
    await shoot(page, 'wizard-goal-compare')
    await page.getByRole('link', { name: 'Compare', exact: true }).last().click()
    await heading('Compare')
    await page.getByRole('table').filter({ hasText: 'Zero weights' }).or(page.getByText('Summary')).first().waitFor()
  })

  it('leaves training and simplification out where a network is only checked', async () => {
    await go('#/wizard/goal')
    await page.getByRole('radio', { name: /^Check a classifier/ }).check()
    await page.getByRole('link', { name: 'Check a property' }).waitFor()
    const steps = page.getByRole('navigation', { name: 'Steps' }).getByRole('link')
    expect(await steps.allInnerTexts()).toEqual([
      expect.stringContaining('Goal'),
      ...['Data', 'Model', 'Verify', 'Review'].map((name) => expect.stringContaining(name) as unknown),
    ])
    await next()
    await heading('Which images?')
    await page.getByLabel('Training images', { exact: true }).fill('600')
    await page.getByLabel('Test images', { exact: true }).fill('80')
    await page.getByText('600', { exact: true }).first().waitFor()
    await shoot(page, 'wizard-data')
    await next()
    await heading('Which network?')
    await shoot(page, 'wizard-model-none')
  })

  it('refuses a file that does not fit the images, with what to do, and does not keep it', async () => {
    await page.getByLabel('Network file').setInputFiles(file('tiny.onnx'))
    await page.getByText(/the network takes 1×8×8 and has 3 outputs/).waitFor()
    await page.getByText('model/does-not-fit-data').waitFor()
    await page.getByText('Choose data of the same shape and number of classes, or another model.').waitFor()
    expect(await violationsOf(page)).toEqual([])
    await shoot(page, 'wizard-model-refused')
    expect(await page.getByRole('radio', { name: /tiny/ }).count()).toBe(0)
  })

  it('names a file that is no network, and does not ask for one while it reads', async () => {
    writeFileSync(file('wrong.onnx'), 'this is a letter')
    const asking = page.getByText('Choose a network.', { exact: true })
    await asking.waitFor()
    await page.getByLabel('Network file').setInputFiles(file('wrong.onnx'))
    await page.getByRole('button', { name: 'Reading the file…' }).waitFor()
    expect(await asking.count()).toBe(0)
    await page.getByText(/^wrong\.onnx: This is not a sound ONNX model/).waitFor()
    await asking.waitFor()
    await shoot(page, 'wizard-model-wrong')
  })

  it('takes one that fits, dropped on the window, and shows its layers, operators and ReLUs', async () => {
    const bytes = [...readFileSync(file('fits.onnx'))]
    await page.evaluate((content) => {
      const data = new DataTransfer()
      data.items.add(new File([Uint8Array.from(content)], 'fits.onnx'))
      for (const type of ['dragenter', 'dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }))
    }, bytes)
    await fits()
    await heading('Which network?')
    const operators = page.getByRole('list', { name: 'Operators, all understood' }).getByRole('listitem')
    expect(await operators.allInnerTexts()).toEqual(expect.arrayContaining(['Conv', 'Gemm', 'Relu']))
    await page.getByText('all of them ReLUs').waitFor()
    await page.getByRole('cell', { name: 'Convolution' }).first().waitFor()
    expect(await page.getByText('model/does-not-fit-data').count()).toBe(0)
    expect(await violationsOf(page)).toEqual([])
    await shoot(page, 'wizard-model-onnx')
  })

  it('keeps the network over a reload, and names it in the recipe', async () => {
    await page.reload()
    await fits()
    await page.getByRole('button', { name: 'Recipe' }).click()
    await page.getByText(/from: model:net-/).waitFor()
    await page.getByRole('button', { name: 'Close the recipe' }).click()
  })

  it('forgets a network that is not in this data folder', async () => {
    const steps = page.getByRole('navigation', { name: 'Steps' })
    const key = 'espalier.wizard-draft'
    const draft = await page.evaluate((name) => window.localStorage.getItem(name) ?? '', key)
    const remember = async (text: string) => {
      await page.evaluate(([name, value]) => window.localStorage.setItem(name, value), [key, text] as const)
      await page.reload()
    }
    await go('#/wizard/review')
    await remember(draft.replace(/net-[\w-]+/, 'net-gone'))
    await steps.getByRole('link', { name: 'Model (needs attention)' }).waitFor()
    expect(await page.getByText('net-gone').count()).toBe(0)
    await go('#/wizard/model')
    await page.getByText('Choose a network.', { exact: true }).waitFor()
    expect(await page.getByText('store/missing').count()).toBe(0)
    await remember(draft)
    await fits()
  })

  it('tries the verifier on images of this very network, and can be stopped', async () => {
    await next()
    await heading('What is to be proved?')
    await page.getByLabel('Radius ε').fill('0.001')
    await page.getByLabel('Time limit, seconds').fill('30')
    await page.getByLabel('Number of images').fill('6')
    const trial = page.getByRole('region', { name: 'Dry run' })
    await trial.getByRole('button', { name: 'Try some images' }).click()
    await trial.getByRole('button', { name: 'Stop' }).click()
    await trial.getByText('Stopped.').waitFor()
    await trial.getByRole('button', { name: 'Try again' }).click()
    await trial.getByText('All of them').waitFor({ timeout: 240_000 })
    expect(await trial.getByRole('row').count()).toBe(4)
    await trial.getByText('3 min 00 s').waitFor()
    expect(await violationsOf(page)).toEqual([])
    await trial.scrollIntoViewIfNeeded()
    await shoot(page, 'wizard-verify-trial')
    await page.getByLabel('Radius ε').fill('0.002')
    await trial.getByText(/tried with other settings/).waitFor()
  })

  it('goes on with a network of the history, whose real scores are under the slider', async () => {
    await go('#/wizard/goal')
    await page.getByRole('radio', { name: /^Make a network verifiable/ }).check()
    await go('#/wizard/model')
    await page.getByRole('radio', { name: /^A network you have/ }).check()
    await page.getByLabel('Find a network by name').fill('dense training')
    // What was pruned from it is found no more.
    await page.getByRole('list', { name: 'Networks of the history' }).getByText('Weight pruning').waitFor({ state: 'detached' }) // prettier-ignore
    await page
      .getByRole('radio', { name: /^dense/ })
      .first()
      .check()
    await page.getByRole('heading', { name: 'dense · NET1' }).waitFor()
    await shoot(page, 'wizard-model-history')
    await next()
    await heading('How is it trained?')
    await page.getByText('The network is taken as it is.').waitFor()
    await shoot(page, 'wizard-train-stored')
    await next()
    await page.getByRole('radio', { name: /^Neuron pruning/ }).check()
    await page.getByRole('img', { name: /^Scores of the neurons now/ }).waitFor()
    await page.getByText('Removes 57 of 112 neurons', { exact: true }).waitFor()
    await page.getByRole('slider').focus()
    await page.keyboard.press('ArrowLeft')
    await page.getByText('Removes 55 of 112 neurons', { exact: true }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await shoot(page, 'wizard-simplify-neuron')
    await page.locator('#field-simplify-ratio').fill('1')
    await page.getByText('prune/ratio').first().waitFor()
    expect(await page.getByText(/of 112 neurons/).count()).toBe(0)
    await page.locator('#field-simplify-ratio').fill('0.5')
    await page.getByRole('radio', { name: /^Weight pruning/ }).check()
    await page.getByText('Sets 26,448 of 52,896 weights to zero', { exact: true }).waitFor()
    await page.getByRole('img', { name: /^Scores of the weights now/ }).waitFor()
    await shoot(page, 'wizard-simplify-weight')
  })

  it('measures the scores of grafting when it is asked to', async () => {
    await page.getByRole('radio', { name: /^Linearity grafting/ }).check()
    await page.getByText('Makes lines of 56 of 112 neurons', { exact: true }).waitFor()
    await page
      .getByText(/more settings/)
      .first()
      .click()
    await page.getByLabel('Images', { exact: true }).fill('20')
    await page.getByLabel('Scored', { exact: true }).fill('100')
    await shoot(page, 'wizard-simplify-unmeasured')
    await page.getByRole('button', { name: 'Measure the scores' }).click()
    await page.getByRole('img', { name: /^Scores of the neurons now/ }).waitFor({ timeout: 240_000 })
    expect(await violationsOf(page)).toEqual([])
    await shoot(page, 'wizard-simplify-graft')
  })

  it('offers no neuron pruning to a network without batch norm, and chooses what it can do', async () => {
    await go('#/wizard/goal')
    await page.getByRole('radio', { name: /^Make a network verifiable/ }).check()
    await go('#/wizard/simplify')
    await page.getByRole('radio', { name: /^Neuron pruning/ }).check()
    await go('#/wizard/model')
    await page.getByRole('radio', { name: /^A network you have/ }).check()
    await page.getByLabel('Find a network by name').fill('fits')
    await page.getByRole('radio', { name: /^fits/ }).check()
    await fits()
    await go('#/wizard/simplify')
    await page.getByText('Needs batch norm: this network has none').waitFor()
    expect(await page.getByRole('radio', { name: /^Neuron pruning/ }).isDisabled()).toBe(true)
    await page.getByText(/^Sets .* weights to zero$/).waitFor()
    expect(await page.getByRole('radio', { name: /^Weight pruning/ }).isChecked()).toBe(true)
    expect(await violationsOf(page)).toEqual([])
    await shoot(page, 'wizard-simplify-unranked')
    await go('#/wizard/review')
    await page.getByText('Weight pruning, a share of 0.5').waitFor()
  })

  it('checks the network from the review, without training it', async () => {
    await go('#/wizard/goal')
    await page.getByRole('radio', { name: /^Check a classifier/ }).check()
    await go('#/wizard/verify')
    await page.getByLabel('Method', { exact: true }).selectOption({ label: 'CROWN' })
    await next()
    await heading('Review and start')
    expect(await page.locator('dl.lines dt').allInnerTexts()).toEqual(['Data', 'Model', 'Verify'])
    await page.getByLabel('Name').fill('only-checked')
    await shoot(page, 'wizard-review-check')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await heading('only-checked')
    await page.getByRole('complementary', { name: 'Jobs' }).getByText('No job is running').waitFor({ timeout: 240_000 })
    // Under its own name.
    await page.getByRole('link', { name: 'fits', exact: true }).first().waitFor()
  })

  it('starts the demo from the goal, and keeps what was chosen', async () => {
    await go('#/wizard/goal')
    await page.getByRole('button', { name: 'Run the one-minute demo' }).click()
    await heading('Demo: verified before and after pruning')
    await go('#/wizard/goal')
    expect(await page.getByRole('radio', { name: /^Check a classifier/ }).isChecked()).toBe(true)
  })

  it('left no complaint of the page', () =>
    expect(complaints.filter((one) => !/422|Failed to load/.test(one))).toEqual([]))
})
