// The sample set as a dataset format: drawn on request, never found on disk.
import type { DatasetFormat } from '../source.ts'
import { drawSampleSet } from './draw.ts'

export const sampleFormat: DatasetFormat<'sample'> = {
  title: 'the built-in sample set',
  detect: () => Promise.resolve(null),
  open: ({ seed, train, test }) => Promise.resolve(drawSampleSet({ seed, train, test })),
}
