// `espalier models`: the models of the history as the trees of their lineage, and one of them with its layers.
import type { Command } from 'commander'
import type { ApiOutput } from '../../contract/api.ts'
import type { ModelRow } from '../../contract/rows.ts'
import type { Shell } from '../context.ts'
import { addLimit, readLimit } from '../limit-option.ts'
import { formatCount, formatTable, formatTime } from '../table.ts'

export function addModels(program: Command, shell: Shell): void {
  const command = program.command('models').argument('[model]', 'a model, to see its lineage and layers')
  command.description('list the models of the history with their lineage, or show one')
  addLimit(command, 'models')
  shell.define(command, async ({ terminal, open }) => {
    const limit = readLimit(command)
    const app = await open('read')
    const id = command.args.at(0)
    if (id === undefined) {
      const models = await app.api['models.list']({ limit, offset: 0 })
      terminal.value(models)
      terminal.print(models.length === 0 ? '  No model yet: espalier train' : modelTable(lineageTree(models)))
      return undefined
    }
    const found = await app.api['models.get']({ id })
    terminal.value(found)
    terminal.print(modelText(found))
    return undefined
  })
}

/** A model and how many of its ancestors stand above it in the table. */
export interface TreeRow {
  readonly model: ModelRow
  readonly depth: number
  /** Its parent where that is not in the list. */
  readonly absentParent: string | null
}

/** Every model below the one it was made from; trees in the order of `models`, children oldest first. */
export function lineageTree(models: readonly ModelRow[]): TreeRow[] {
  const listed = new Set(models.map(({ id }) => id))
  const isRoot = ({ parentId }: ModelRow): boolean => parentId === null || !listed.has(parentId)
  const children = Map.groupBy(models, (model) => (isRoot(model) ? null : model.parentId))
  const branch = (model: ModelRow, depth: number): TreeRow[] => [
    { model, depth, absentParent: depth === 0 ? model.parentId : null },
    ...(children.get(model.id) ?? [])
      .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt))
      .flatMap((child) => branch(child, depth + 1)),
  ]
  return (children.get(null) ?? []).flatMap((root) => branch(root, 0))
}

const columns = [
  { title: 'model', align: 'left' },
  { title: 'made by', align: 'left' },
  { title: 'name', align: 'left' },
  { title: 'architecture', align: 'left' },
  { title: 'hidden neurons' },
  { title: 'weights ≠ 0' },
  { title: 'created', align: 'left' },
  { title: 'run', align: 'left' },
] as const

function modelTable(tree: readonly TreeRow[]): string {
  const rows = tree.map(({ model, depth, absentParent }) => [
    depth === 0 ? model.id : `${'  '.repeat(depth - 1)}└ ${model.id}`,
    absentParent === null ? model.operation : `${model.operation} of ${absentParent}`,
    model.name,
    model.architecture,
    formatCount(model.hiddenNeurons),
    formatCount(model.nonzeroWeights),
    formatTime(model.createdAt),
    model.runId ?? '–',
  ])
  return formatTable(columns, rows)
}

/** The lineage and the layers of a model, as two tables. */
export function modelText({ lineage, layers }: ApiOutput<'models.get'>): string {
  const tree = lineage.map((model, depth) => ({ model, depth, absentParent: depth === 0 ? model.parentId : null }))
  const layerColumns = [
    { title: 'layer', align: 'left' },
    { title: 'kind', align: 'left' },
    { title: 'in', align: 'left' },
    { title: 'out', align: 'left' },
    { title: 'neurons' },
    { title: 'parameters' },
  ] as const
  const rows = layers.map(({ id, kind, inputShape, outputShape, neurons, parameters }) => [
    id,
    kind,
    inputShape.join('×'),
    outputShape.join('×'),
    neurons === 0 ? '' : formatCount(neurons),
    parameters === 0 ? '' : formatCount(parameters),
  ])
  return [modelTable(tree), '', formatTable(layerColumns, rows)].join('\n')
}
