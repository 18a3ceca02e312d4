// How runs were set up and what their networks are made of, row by row, so that what differs can be shown alone.
import type { ApiOutput } from '../../core/contract/api.ts'
import { providerReason, type Side } from './compare.ts'
import { formatCount, formatShape } from './format.ts'

export type LayerRow = ApiOutput<'models.get'>['layers'][number]

/** One line of a table with a column for each run. */
export interface SideRow {
  readonly title: string
  readonly cells: readonly string[]
  readonly same: boolean
}

const none = '–'
/** Names and texts say nothing about what was done. */
const silent = /^(name|title|description|variants|paper)(\.|$)/

/** Variant, training, simplification, verification, data and machine of each run, by the keys that recipes have. */
export function settingRows(sides: readonly Pick<Side, 'run' | 'job'>[]): SideRow[] {
  const columns = sides.map(({ run, job }) => {
    const { variants, ...recipe } = job.recipe
    const variant = variants.find(({ name }) => name === run.variant)
    return new Map([...flat(variant, ''), ...flat(recipe, ''), ...flat(job.environment, 'machine')])
  })
  const keys = [...new Set(columns.flatMap((column) => [...column.keys()]))].filter((key) => !silent.test(key) && !key.endsWith(providerReason)) // prettier-ignore
  return keys.map((key) => rowOf(key, columns.map((column) => column.get(key) ?? none))) // prettier-ignore
}

/** Every leaf of a value with its path. */
function flat(value: unknown, path: string): [string, string][] {
  if (value === undefined) return []
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]]
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`))
}

/** Layers aligned by kind in order: a layer that another network lacks leaves a dash there. */
export function layerRows(networks: readonly (readonly LayerRow[])[]): SideRow[] {
  const aligned = networks.map((layers) => {
    const seen = new Map<string, number>()
    return new Map(
      layers.map((layer) => {
        const kind = layer.kind.replace(/^grafted/, '').toLowerCase()
        const turn = (seen.get(kind) ?? 0) + 1
        seen.set(kind, turn)
        return [`${kind} ${turn}`, layer] as const
      }),
    )
  })
  const keys = [...new Set(aligned.flatMap((column) => [...column.keys()]))]
  return keys.map((key) => rowOf(key, aligned.map((column) => layerText(column.get(key))))) // prettier-ignore
}

function layerText(layer: LayerRow | undefined): string {
  if (layer === undefined) return none
  const { kind, outputShape, parameters, neurons } = layer
  const figures = [formatShape(outputShape), ...(neurons > 0 ? [`${formatCount(neurons)} neurons`] : [])]
  return [...(kind.startsWith('grafted') ? ['grafted'] : []), ...figures, ...(parameters > 0 ? [`${formatCount(parameters)} parameters`] : [])].join(', ') // prettier-ignore
}

function rowOf(title: string, cells: readonly string[]): SideRow {
  return { title, cells, same: cells.every((cell) => cell === cells[0]) }
}
