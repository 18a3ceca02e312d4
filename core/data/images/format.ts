// Folders of PNG and JPEG files as a dataset: one folder a class, all images of one size.
import { basename, resolve } from 'node:path'
import { EspalierError } from '../../contract/errors.ts'
import { assemble, type LabelledImages, type SplitImages } from '../assemble.ts'
import type { DatasetPair } from '../dataset.ts'
import { listPlace } from '../folder.ts'
import { defaultLimits, type DataLimits } from '../limits.ts'
import type { DatasetFormat, OptionsOf } from '../source.ts'
import { readPicture } from './decode.ts'
import type { Picture } from './picture.ts'
import { findImages, type ImageFiles } from './tree.ts'

type Colour = OptionsOf<'images'>['colour']

/** Files read at the same time. */
const together = 8

export const imagesFormat: DatasetFormat<'images'> = {
  title: 'a folder with train/CLASS/ and test/CLASS/, or CLASS/, of PNG and JPEG files',
  async detect(path) {
    const { folders } = await listPlace(path)
    const found = folders.length === 0 ? [] : await findImages(path)
    return found.length > 0 ? { source: 'images', directory: resolve(path) } : null
  },
  open: openImages,
}

async function openImages({ directory, colour, holdOut }: OptionsOf<'images'>): Promise<DatasetPair> {
  const found = await findImages(directory)
  if (found.length === 0)
    throw new EspalierError(
      'data/unknown-format',
      `${directory} holds no folders with PNG or JPEG files.`,
      'Put the images into train/CLASS/ and test/CLASS/, or into CLASS/.',
    )
  const read: SplitImages = Object.fromEntries(
    await inTurn(found, async (files) => [files.split, await readSplit(files, colour, defaultLimits)] as const),
  )
  return assemble({ name: basename(resolve(directory)), holdOut }, read)
}

async function readSplit({ paths, labels }: ImageFiles, colour: Colour, limits: DataLimits): Promise<LabelledImages> {
  const first = coloured(paths[0], await readPicture(paths[0], limits), colour)
  const { channels, height, width } = first
  const size = channels * height * width
  if (size * paths.length > limits.bytes)
    throw new EspalierError(
      'data/too-large',
      `${paths.length} images like ${paths[0]} are more than the limit of ${limits.bytes} bytes.`,
      'Take fewer or smaller images.',
    )
  const pixels = new Uint8Array(size * paths.length)
  for (let start = 0; start < paths.length; start += together) {
    const part = paths.slice(start, start + together)
    const pictures = await Promise.all(part.map((path) => readPicture(path, limits)))
    pictures.forEach((picture, i) => {
      const fitting = coloured(part[i], picture, colour)
      requireAlike(part[i], fitting, paths[0], first)
      pixels.set(fitting.pixels, (start + i) * size)
    })
  }
  return { source: paths[0], shape: [channels, height, width], pixels, labels }
}

/** The picture in the channels asked for. @throws EspalierError `data/type` where colour would be lost */
function coloured(path: string, picture: Picture, colour: Colour): Picture {
  const { channels, pixels } = picture
  if (colour === 'rgb' && channels === 1) return { ...picture, channels: 3, pixels: Buffer.concat([pixels, pixels, pixels]) } // prettier-ignore
  if (colour !== 'grey' || channels === 1) return picture
  const plane = pixels.length / 3
  const red = pixels.subarray(0, plane)
  if (red.every((value, i) => value === pixels[plane + i] && value === pixels[2 * plane + i]))
    return { ...picture, channels: 1, pixels: red }
  throw new EspalierError(
    'data/type',
    `${path} is coloured, and colour is grey.`,
    'Convert the images to grey first (how is a choice), or set colour to rgb.',
  )
}

function requireAlike(path: string, picture: Picture, firstPath: string, first: Picture): void {
  const shapes = [picture, first].map(({ channels, height, width }) => `${channels} × ${height} × ${width}`)
  if (shapes[0] === shapes[1]) return
  const hint = picture.channels === first.channels ? 'Scale or cut all images to one size.' : 'Set colour to rgb.'
  throw new EspalierError(
    'data/shape',
    `${path} is ${shapes[0]} (channels, height, width), and ${firstPath} is ${shapes[1]}.`,
    hint,
  )
}

async function inTurn<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = []
  for (const item of items) results.push(await work(item))
  return results
}
