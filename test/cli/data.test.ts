// `espalier data` and the flags about data: a look at a folder, formats found or told, mistakes answered before anything is opened.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBench, type Bench } from './support.ts'

let bench: Bench
beforeAll(() => {
  bench = openBench()
  const rows = (count: number): string => Array.from({ length: count }, (_, k) => `${k % 2},${k},0,0,255`).join('\n')
  bench.file('train.csv', rows(6))
  bench.file('test.csv', rows(3))
})
afterAll(() => bench.dispose())

describe('data show', () => {
  it('looks at a folder without a home', async () => {
    const { code, out } = await bench.run('data', 'show', bench.folder)
    expect([code, existsSync(bench.home)]).toEqual([0, false])
    expect(out).toMatch(/format +csv/)
    expect(out).toMatch(/images +6 for training, 3 for testing/)
    expect(out).toMatch(/shape +1 × 2 × 2/)
    expect(out).toMatch(/\n {2}1 +3 +1\n/)
    const { out: json } = await bench.run('data', 'show', join(bench.folder, 'train.csv'), '--data-format', 'csv', '--data-hold-out', '0.5', '--json') // prettier-ignore
    expect(JSON.parse(json)).toMatchObject({
      data: { source: 'csv', holdOut: 0.5, maximum: null },
      counts: { train: 3, test: 3 },
    })
  })

  it.each([
    [['show', '/nowhere'], 3, 'input/not-found'],
    [['show', '.', '--data-coarse'], 2, 'cli/usage'],
    [['show', '.', '--data-format', 'csv', '--data-coarse'], 3, 'recipe/unknown-key'],
    [['show', '.', '--data-format', 'csv', '--data-hold-out', '2'], 3, 'recipe/invalid'],
    [['show', '.', '--data-format', 'xls'], 2, 'cli/usage'],
    [['download', 'imagenet'], 3, 'download/unknown'],
  ])('%j ends with %i, %s', async (args, code, error) => {
    const finished = await bench.run('data', ...args, '--json')
    expect([finished.code, (JSON.parse(finished.out) as { error: { code: string } }).error.code]).toEqual([code, error])
  })
})

it('data catalogue names every file with its hash', async () => {
  const { code, out } = await bench.run('data', 'catalogue')
  expect(code).toBe(0)
  expect(out.match(/[0-9a-f]{64}/g)).toHaveLength(11)
})

it('a run takes any format, and says where --data-… has nothing to say', async () => {
  const recipe = bench.file(
    'it.yaml',
    'name: it\nvariants: [{ name: a, architecture: net1, normalise: { by: data } }]\n',
  )
  const plan = await bench.run('run', recipe, '--dry-run', '--data', bench.folder)
  expect(plan.out).toContain(`${bench.folder} (auto)`)
  const alone = await bench.run('run', recipe, '--dry-run', '--data-coarse', '--data-format', 'cifar', '--json')
  expect([alone.code, alone.out]).toEqual([2, expect.stringContaining('Give --data PATH as well')])
})
