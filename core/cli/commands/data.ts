// `espalier data`: datasets of the history, a look at one, taking one in, and the catalogue of official files.
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { countClasses, pixelRange } from '../../app/datasets.ts'
import { dataSchema, type DataOptions } from '../../contract/recipe.ts'
import type { DatasetRow } from '../../contract/rows.ts'
import type { DatasetPair } from '../../data/dataset.ts'
import { openDataset, resolveSource } from '../../data/open.ts'
import type { Context, Shell } from '../context.ts'
import { attachFormatFlags, readData } from '../data-option.ts'
import { formatCount, formatTable } from '../table.ts'
import { addCatalogue, addDownload } from './data-download.ts'

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

/** What `data show` says, for programs. */
function describe(data: DataOptions, pair: DatasetPair) {
  const { name, hash, train, test } = pair
  const { shape, classes } = train
  const counts = { train: train.count, test: test.count }
  return { name, data, hash, counts, shape, classes, classCounts: countClasses(pair), range: pixelRange(pair) }
}

/** The same for people. */
function showText({ name, data, hash, counts, shape, classCounts, range }: ReturnType<typeof describe>): string {
  const facts = [
    ['name', name],
    ['format', data.source],
    ['images', `${formatCount(counts.train)} for training, ${formatCount(counts.test)} for testing`],
    ['shape', `${shape.join(' × ')} (channels, height, width)`],
    ['pixels', `${Number(range.minimum.toPrecision(4))} to ${Number(range.maximum.toPrecision(4))}`],
    ['hash', hash],
  ]
  const rows = classCounts.map(({ label, train, test }) => [label, formatCount(train), formatCount(test)])
  const table = formatTable([{ title: 'class', align: 'left' }, { title: 'train' }, { title: 'test' }], rows)
  return [...facts.map(([key, value]) => `  ${key.padEnd(7)} ${value}`), '', table].join('\n')
}

/** The options of a path, looked at without the history; or, by its id, of a dataset of the history. @throws EspalierError `data/*`, `input/*` */
async function optionsOf(open: Context['open'], command: Command): Promise<DataOptions> {
  const [named] = command.args
  const isId = /^[\w-]+$/.test(named) && !existsSync(named)
  const rows = isId ? await (await open('read')).api['data.list']({}) : []
  const row = rows.find(({ id }) => id === named)
  return row === undefined ? resolveSource(readData(command, named)) : dataSchema.parse(JSON.parse(row.source))
}

function addShow(data: Command, shell: Shell): void {
  const show = data.command('show').argument('<data>', 'folder or file with images, or the id of a dataset')
  attachFormatFlags(show.description('look at a dataset: classes, counts, shape, hash; nothing is stored'))
  shell.define(show, async ({ terminal, open }) => {
    const options = await optionsOf(open, show)
    const described = describe(options, await openDataset(options))
    terminal.value(described)
    terminal.print(showText(described))
    return undefined
  })
}

function addImport(data: Command, shell: Shell): void {
  const take = data.command('import').argument('<path>', 'folder or file with images')
  attachFormatFlags(take.description('check a dataset and take it into the history'))
  shell.define(take, async ({ terminal, open }) => {
    const options = readData(take, take.args[0])
    const { dataset, classCounts, range } = await (await open()).api['data.open']({ data: options })
    terminal.value({ dataset, classCounts, range })
    terminal.print(datasetTable([dataset]))
    return undefined
  })
}

export function addData(program: Command, shell: Shell): void {
  const data = program.command('data').description('datasets: formats, the history, the catalogue')
  shell.define(data.command('list').description('the datasets seen so far'), async ({ terminal, open }) => {
    const rows = await (await open('read')).api['data.list']({})
    terminal.value(rows)
    terminal.print(rows.length === 0 ? '  No dataset yet: espalier data import PATH' : datasetTable(rows))
    return undefined
  })
  addShow(data, shell)
  addImport(data, shell)
  addCatalogue(data, shell)
  addDownload(data, shell)
}
