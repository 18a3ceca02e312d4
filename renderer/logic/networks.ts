// Finding a network of the history to go on with: by words, those that take the images first.
import type { ModelRow } from '../../core/contract/rows.ts'

/** Whether a network reads such images, flat or as they are; how many classes it has, only the core knows. */
export function takesImages({ inputShape }: Pick<ModelRow, 'inputShape'>, shape: readonly number[]): boolean {
  const size = (extents: readonly number[]) => extents.reduce((product, extent) => product * extent, 1)
  return inputShape.join() === shape.join() || (inputShape.length === 1 && size(inputShape) === size(shape))
}

/** Those with every word in name, architecture or origin; in their order, those that take images of the shape before others. */
export function findNetworks(models: readonly ModelRow[], words: string, shape: readonly number[] | null): ModelRow[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const found = models.filter(({ name, architecture, operation }) => {
    const text = `${name} ${architecture} ${operation}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
  if (shape === null) return found
  return [...found.filter((model) => takesImages(model, shape)), ...found.filter((model) => !takesImages(model, shape))]
}
