// `espalier data`: the datasets of the history, and taking one in.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { DatasetRow } from '../../contract/rows.ts'
import type { Shell } from '../context.ts'
import { formatCount, formatTable } from '../table.ts'

const columns = [
  { title: 'id', align: 'left' },
  { title: 'name', align: 'left' },
  { title: 'kind', align: 'left' },
  { title: 'train' },
  { title: 'test' },
  { title: 'shape', align: 'left' },
  { title: 'classes' },
  { title: 'hash', align: 'left' },
] as const

function datasetTable(rows: readonly DatasetRow[]): string {
  const cells = rows.map(({ id, name, kind, trainCount, testCount, shape, classes, hash }) => [
    id,
    name,
    kind,
    formatCount(trainCount),
    formatCount(testCount),
    shape.join('×'),
    String(classes.length),
    hash.slice(0, 12),
  ])
  return formatTable(columns, cells)
}

export function addData(program: Command, shell: Shell): void {
  const data = program.command('data').description('datasets')
  shell.define(data.command('list').description('the datasets seen so far'), async ({ terminal, open }) => {
    const rows = await (await open('read')).api['data.list']({})
    terminal.value(rows)
    terminal.print(rows.length === 0 ? '  No dataset yet: espalier data import DIR' : datasetTable(rows))
    return undefined
  })
  const take = data.command('import').argument('<dir>', 'folder of IDX files, .gz or not')
  shell.define(take.description('check a dataset and take it into the history'), async ({ terminal, open }) => {
    const directory = resolve(take.args[0])
    const { dataset, classCounts, range } = await (
      await open()
    ).api['data.open']({ data: { source: 'idx', directory } })
    terminal.value({ dataset, classCounts, range })
    terminal.print(datasetTable([dataset]))
    return undefined
  })
}
