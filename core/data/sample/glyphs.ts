// The ten classes of the sample set as skeletons of strokes.
import { arc, line, spiral, type Stroke } from './strokes.ts'

/** A class of the sample set. */
export interface Glyph {
  readonly name: string
  readonly strokes: readonly Stroke[]
}

export const glyphs: readonly Glyph[] = [
  { name: 'ring', strokes: [arc([0, 0], [0.85, 0.85], 0, 1)] },
  { name: 'cross', strokes: [line([0, -0.95], [0, 0.95]), line([-0.9, 0], [0.9, 0])] },
  { name: 'triangle', strokes: [line([0, -0.95], [0.95, 0.8], [-0.95, 0.8], [0, -0.95])] },
  { name: 'square', strokes: [line([-0.8, -0.8], [0.8, -0.8], [0.8, 0.8], [-0.8, 0.8], [-0.8, -0.8])] },
  { name: 'spiral', strokes: [spiral(0.1, 0.95, 0.3, 1.8)] },
  {
    name: 'wave',
    strokes: [[...arc([0, -0.48], [0.65, 0.48], -0.06, -0.69), ...arc([0, 0.48], [0.65, 0.48], -0.25, 0.69)]],
  },
  { name: 'zigzag', strokes: [line([-0.8, -0.85], [0.8, -0.85], [-0.8, 0.85], [0.8, 0.85])] },
  { name: 'arrow', strokes: [line([0, 0.95], [0, -0.95]), line([-0.7, -0.2], [0, -0.95], [0.7, -0.2])] },
  { name: 'fork', strokes: [line([0, 0.95], [0, 0.05]), line([-0.8, -0.95], [0, 0.05], [0.8, -0.95])] },
  {
    name: 'arch',
    strokes: [
      [
        ...line([-0.75, 0.95], [-0.75, -0.15]),
        ...arc([0, -0.15], [0.75, 0.75], 0.5, 0.5),
        ...line([0.75, -0.15], [0.75, 0.95]),
      ],
    ],
  },
]
