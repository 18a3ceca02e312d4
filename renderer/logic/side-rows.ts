// Tables with a column for each run: rows in groups, of which what differs can be shown alone; layers aligned by kind.
import type { ApiOutput } from '../../core/contract/api.ts'
import { layerKindTitle, ungraftedKind } from '../../core/contract/titles.ts'
import { formatCount, formatShape } from './format.ts'

export type LayerRow = ApiOutput<'models.get'>['layers'][number]

/** One line; a cell is null where the run has nothing of the whole group. */
export interface SideRow {
  readonly title: string
  readonly cells: readonly (string | null)[]
  readonly same: boolean
}

/** Rows about one thing, with what each run has of it in a word; null where a run has nothing. */
export interface SideGroup {
  readonly title: string
  readonly words: readonly (string | null)[]
  readonly rows: readonly SideRow[]
}

const none = '–'

/** A cell that is not there has a dash. */
export function rowOf(title: string, cells: readonly (string | null | undefined)[]): SideRow {
  const texts = cells.map((cell) => (cell === undefined ? none : cell))
  return { title, cells: texts, same: texts.every((cell) => cell === texts[0]) }
}

/** What differs: without rows that are the same everywhere, and without groups that are. */
export function differing(groups: readonly SideGroup[]): SideGroup[] {
  return groups
    .map((group) => ({ ...group, rows: group.rows.filter(({ same }) => !same) }))
    .filter(({ rows, words }) => rows.length > 0 || words.some((word) => word !== words[0]))
}

/** Layers aligned by kind in order: a layer that another network lacks leaves a dash there. */
export function layerRows(networks: readonly (readonly LayerRow[])[]): SideRow[] {
  const aligned = networks.map((layers) => {
    const seen = new Map<string, number>()
    return new Map(
      layers.map((layer) => {
        // Grafted layers stand beside those they were.
        const kind = layerKindTitle(ungraftedKind(layer.kind))
        const turn = (seen.get(kind) ?? 0) + 1
        seen.set(kind, turn)
        return [`${kind} ${turn}`, layer] as const
      }),
    )
  })
  const keys = [...new Set(aligned.flatMap((column) => [...column.keys()]))]
  return keys.map((key) => rowOf(key, aligned.map((column) => layerText(column.get(key))))) // prettier-ignore
}

function layerText(layer: LayerRow | undefined): string | undefined {
  if (layer === undefined) return undefined
  const { kind, outputShape, parameters, neurons } = layer
  return [
    ...(kind.startsWith('grafted') ? ['grafted'] : []),
    // Of a flat layer of neurons the shape is their number.
    ...(neurons > 0 && outputShape.length === 1 ? [] : [`${formatShape(outputShape)} outputs`]),
    ...(neurons > 0 ? [`${formatCount(neurons)} neurons`] : []),
    ...(parameters > 0 ? [`${formatCount(parameters)} parameters`] : []),
  ].join(', ')
}
