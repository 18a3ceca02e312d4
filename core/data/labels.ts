// Labels as files give them, numbers or names, and the classes they mean in all splits together.
import { EspalierError } from '../contract/errors.ts'

/** Numbers are places among the classes, from 0; names are sorted, as numbers where all of them are. */
export type LabelColumn = Int32Array | readonly string[]

/** A dataset keeps labels as bytes. */
export const mostClasses = 256

/** One split's labels and where they come from, for the messages. */
export interface SourcedLabels {
  readonly source: string
  readonly labels: LabelColumn
}

/**
 * The classes of all splits, and each split's labels among them. Without `given`, numbers mean 0…largest.
 * @throws EspalierError `data/label-range` for a label that is no class, or more than 256 classes
 */
export function classify(
  splits: readonly SourcedLabels[],
  given?: readonly string[],
): { readonly classes: readonly string[]; readonly labels: readonly Uint8Array[] } {
  const classes = given ?? (splits.every(isNumbered) ? numbered(splits) : named(splits))
  if (classes.length > mostClasses)
    throw new EspalierError(
      'data/label-range',
      `${splits[0]?.source ?? ''}: the labels name ${classes.length} classes, and there can be ${mostClasses}.`,
      'Check which column or file holds the labels, or leave classes out.',
    )
  const places = new Map(classes.map((name, place) => [name, place]))
  return { classes, labels: splits.map((split) => placesOf(split, places, classes.length)) }
}

function isNumbered(split: SourcedLabels): split is { readonly source: string; readonly labels: Int32Array } {
  return split.labels instanceof Int32Array
}

function numbered(splits: readonly { readonly labels: Int32Array }[]): string[] {
  let largest = 0
  for (const { labels } of splits) for (const label of labels) if (label > largest) largest = label
  const count = Math.min(largest, mostClasses) + 1
  return Array.from({ length: count }, (_, label) => String(label))
}

function named(splits: readonly SourcedLabels[]): string[] {
  const names = [...new Set(splits.flatMap(({ labels }) => Array.from(labels, String)))].sort()
  return names.every((name) => /^\d+$/.test(name)) ? names.sort((a, b) => Number(a) - Number(b)) : names
}

function placesOf({ source, labels }: SourcedLabels, places: ReadonlyMap<string, number>, count: number): Uint8Array {
  return Uint8Array.from(labels, (label: string | number, image: number) => {
    const place = typeof label === 'number' ? label : places.get(label)
    if (place !== undefined && place >= 0 && place < count) return place
    throw new EspalierError(
      'data/label-range',
      `${source}: label ${JSON.stringify(label)} of image ${image} is none of the ${count} classes.`,
      `Labels are 0…${count - 1} or the classes' names; repair the labels, or name all classes in their order.`,
    )
  })
}
