// What plots are drawn from: tables and CSV, masks as pictures, rows of several runs side by side.
import { describe, expect, it } from 'vitest'
import type { NeuronFigures } from '../../core/contract/figures.ts'
import type { RunSummary } from '../../core/contract/rows.ts'
import { figureRows } from '../../renderer/logic/compare.ts'
import { histogramBins, maskPicture, neuronStates } from '../../renderer/logic/neurons.ts'
import { bytesOf, perturbed } from '../../renderer/logic/picture.ts'
import { linkTo, parseRoute } from '../../renderer/logic/routes.ts'
import { layerRows, type LayerRow } from '../../renderer/logic/side-rows.ts'
import { fileName, tableOfSeries, toCsv } from '../../renderer/logic/table.ts'

describe('the table of a plot', () => {
  const series = [
    { label: 'A, "old"', points: [{ x: 2, y: 0.5 }, { x: 1, y: 0.25 }] }, // prettier-ignore
    { label: '=B', points: [{ x: 2, y: -1 }] },
  ]
  const table = tableOfSeries(series, { title: 'epoch' }, String)
  it('has a row for each x and a gap where a series has no point', () => {
    expect(table.rows).toEqual([[1, 0.25, null], [2, 0.5, -1]]) // prettier-ignore
  })
  it('is saved as CSV with quotes where they are needed, and no formula', () => {
    expect(toCsv(table)).toBe('epoch,"A, ""old""",\'=B\r\n1,0.25,\r\n2,0.5,-1\r\n')
  })
  it('is saved under a name that every system takes', () => {
    expect(fileName('Verified accuracy: ε 8/255', 'png')).toBe('Verified-accuracy-ε-8-255.png')
    expect(fileName('///', 'csv')).toBe('plot.csv')
  })
})

describe('pictures of neurons', () => {
  it('put channels side by side with a gap, and dense layers into a rectangle', () => {
    const two = maskPicture({ shape: [2, 1, 2], mask: [1, 0, 0, 1] })
    expect(two.cells.length).toBe(two.width * two.height)
    const channels = maskPicture({ shape: [2, 2, 2], mask: [1, 0, 0, 1, 0, 1, 1, 0] })
    expect([channels.width, channels.height]).toEqual([5, 2])
    expect([...channels.cells]).toEqual([1, 0, -1, 0, 1, 0, 1, -1, 1, 0])
    const dense = maskPicture({ shape: [5], mask: [1, 1, 0, 0, 1] })
    expect([dense.width, dense.height]).toEqual([4, 2])
    expect([...dense.cells]).toEqual([1, 1, 0, 0, 1, -1, -1, -1])
  })
  it('show shares of each layer, and only states that occur', () => {
    const layer = { id: 'relu1', neurons: 8, active: 2, inactive: 2, unstable: 4, line: 0, zero: 0, lowerBound: -1, histogram: [] } // prettier-ignore
    expect(neuronStates([layer] as NeuronFigures['layers'])).toEqual([
      { label: 'active', values: [0.25] },
      { label: 'inactive', values: [0.25] },
      { label: 'unstable', values: [0.5] },
    ])
    expect(histogramBins).toHaveLength(11)
  })
})

describe('runs side by side', () => {
  const summary = { accuracy: 0.9, verified: 5, images: 20, unknown: 0, timeout: 0, error: 0 } as RunSummary
  it('compare each with the baseline, and know which figures are the same', () => {
    const better = { summary: { ...summary, verified: 9 }, epsilon: 0.1 }
    const rows = figureRows([{ summary, epsilon: 0.1 }, better, { summary, epsilon: 0.1 }])
    const verified = rows.find(({ title }) => title === 'Verified, ε 0.1')
    expect(verified).toMatchObject({ base: `5 of ${summary.images}`, part: false, same: false })
    expect(verified?.others.map(({ delta }) => delta)).toEqual(['+4', '±0'])
    expect(rows.find(({ title }) => title === 'Accuracy')?.same).toBe(true)
  })
  it('align layers by kind, grafted ones with those they were', () => {
    const layer = (kind: string, neurons: number): LayerRow => ({ id: kind, kind, inputShape: [4], outputShape: [neurons], parameters: 0, neurons }) // prettier-ignore
    const rows = layerRows([[layer('relu', 64), layer('relu', 32)], [layer('graftedRelu', 64)]])
    expect(rows).toEqual([
      { title: 'ReLU 1', cells: ['64 neurons', 'grafted, 64 neurons'], same: false },
      { title: 'ReLU 2', cells: ['32 neurons', '–'], same: false },
    ])
  })
  it('are in the address, six at most', () => {
    const address = linkTo(['compare'], { a: 'r1', b: 'r2', more: 'r3,r4,r5,r6,r7' })
    expect(parseRoute(address)).toEqual({ screen: 'compare', a: 'r1', b: 'r2', more: ['r3', 'r4', 'r5', 'r6'] })
    expect(parseRoute('#/compare?a=r1')).toEqual({ screen: 'compare', a: 'r1', b: null, more: [] })
  })
})

describe('a picture at ε', () => {
  it('has every pixel moved by ε, within its range, the same way every time', () => {
    const bytes = [0, 100, 200, 255]
    const picture = { width: 2, height: 2, channels: 1, pixels: btoa(String.fromCharCode(...bytes)) }
    const moved = bytesOf(perturbed(picture, 0.1).pixels)
    bytes.forEach((byte, at) => {
      const [low, high] = [Math.max(0, byte - 26), Math.min(255, byte + 26)]
      expect([low, high]).toContain(moved[at])
    })
    expect(perturbed(picture, 0.1)).toEqual(perturbed(picture, 0.1))
    expect(perturbed(picture, 0).pixels).toBe(picture.pixels)
  })
})
