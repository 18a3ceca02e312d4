// The bugs of spec E.5, and others of their kind, as exact changes of the source, each with the relation that must catch it.

/** `find` must occur exactly once in `file`. */
export interface Edit {
  readonly file: string
  readonly find: string
  readonly replace: string
  /** The file is loaded in a thread of its own, where the process cannot see it. */
  readonly inThread?: true
}

export interface Mutation {
  readonly bug: string
  readonly edits: readonly Edit[]
  readonly caughtBy: string
}

const BOUNDS = 'bounds: below the exact minimum, around the exact range of every neuron'
const MULTIPLIERS = 'β without linear programmes: |x|/2 is proved by its multipliers alone'
const MILP = 'milp: verifies nothing false, claims no bound above the exact minimum'
const SEARCH_ENVELOPES = 'envelopes of the search: below the exact minimum, on the box and on its halves'
const CHECKER_ENVELOPES = 'envelopes of the checker: below the exact minimum, on the box and on its halves'
const WINDOW_ENVELOPES = 'envelopes of neurons in windows: around their exact ranges'
const CHOSEN_ENVELOPES = 'envelopes of neurons behind chosen and scaled inputs: around their exact ranges'
const TIES = 'a tie is neither verified nor falsified'
const FLUSHED = 'coefficients that float32 flushes to zero still count'
const NOT_NUMBERS = 'weights that are not numbers prove nothing'
const GRAFTS = 'a layer of inactive neurons still passes its grafted ones on'

export const mutations: readonly Mutation[] = [
  {
    bug: 'the sign of β is dropped',
    edits: [edit('core/bounds/splits.ts', 'tf.mul(this.#signs[k], own)', 'tf.mul(tf.abs(this.#signs[k]), own)')],
    caughtBy: MULTIPLIERS,
  },
  {
    bug: 'β pulls at another neuron than the split one',
    edits: [edit('core/bounds/domain-batch.ts', 'this.place[first + free] = neuron - activations[k].offset', 'this.place[first + free] = (neuron - activations[k].offset + 1) % activations[k].neurons')],
    caughtBy: MULTIPLIERS,
  },
  {
    bug: 'l stands for u in the intercept of the chord',
    edits: [edit('core/bounds/relaxation/relu.ts', 'intercept: tf.mul(below, slope)', 'intercept: tf.mul(above, slope)')],
    caughtBy: 'the chord: relu(x) is at most the line between its ends, on lopsided intervals',
  },
  {
    bug: 'α is shared by all rows (sound, but loose)',
    edits: [edit('core/bounds/evaluate.ts', 'return relaxation.gradient(coefficient, pre(k), parameter)', 'return tf.tile(tf.mean(relaxation.gradient(coefficient, pre(k), parameter), 0, true), [coefficient.shape[0], 1])')],
    caughtBy: 'α-CROWN: at most the triangle relaxation, equal to it at the optimum',
  },
  {
    bug: 'α is not kept in [0, 1]',
    edits: [edit('core/bounds/relaxation/relu.ts', 'high: tf.maximum(slope, open)', 'high: tf.add(tf.maximum(slope, open), open)')],
    caughtBy: BOUNDS,
  },
  {
    bug: 'the clamp of the box to [0, 1] is forgotten',
    edits: [edit('core/bounds/ball.ts', 'upper[i] = clip ? Math.min(1, Math.max(0, value + epsilon)) : value + epsilon', 'upper[i] = value + epsilon')],
    caughtBy: 'the box is clipped to [0, 1], on both sides',
  },
  {
    bug: 'a witness is not moved into the box',
    edits: [edit('core/verify/replay.ts', 'Math.min(Math.max(point[i], bound), upper[i])', 'point[i]')],
    caughtBy: 'a witness lies in the box',
  },
  {
    bug: 'the float32 trap: rounding of a backward pass is not taken off',
    edits: [edit('core/bounds/slack.ts', 'return MARGIN * UNITS[precision]', 'return 0 * UNITS[precision]')],
    caughtBy: BOUNDS,
  },
  {
    bug: 'rounding of the last pass in float64 is not taken off',
    edits: [edit('core/bounds/slack.ts', 'float64: 2 ** -53', 'float64: 0')],
    caughtBy: BOUNDS,
  },
  {
    bug: 'rounding is not taken off when boxes are halved',
    edits: [
      edit('core/verify/input-split/box-proof.ts', ' - this.#network.rowSlack(r)', ''),
      edit('core/verify/input-split/box-proof.ts', 'row * units.stride, this.#network.rowSlack(row))', 'row * units.stride, 0)'),
    ],
    caughtBy: 'input-split: verifies nothing false, claims no bound above the exact minimum',
  },
  {
    bug: 'coefficients that underflow are not counted',
    edits: [edit('core/bounds/rounding.ts', 'export const FLOOR = 2 ** -50', 'export const FLOOR = 0')],
    caughtBy: FLUSHED,
  },
  {
    bug: 'rows are merged in float64 whatever cancels',
    edits: [edit('core/bounds/start.ts', 'const MOST_LOST = 2 ** -28', 'const MOST_LOST = Infinity')],
    caughtBy: 'rows that cancel in float64 are not merged',
  },
  {
    bug: 'intervals are not rounded outward',
    edits: [edit('core/bounds/interval.ts', 'const kappa = 4 * (fanIn(layer) + 8) * UNIT', 'const kappa = 0 * fanIn(layer)')],
    caughtBy: BOUNDS,
  },
  {
    bug: 'CROWN drops the grafted neurons of a layer whose others are inactive',
    edits: [edit('core/bounds/relaxation/grafted-relu.ts', 'tf.add(tf.mul(slope, keep), a)', 'tf.add(tf.mul(slope, keep), tf.mul(a, tf.sign(tf.max(tf.mul(slope, keep)))))')],
    caughtBy: GRAFTS,
  },
  {
    bug: 'MILP drops the grafted neurons of a layer whose others are inactive',
    edits: [
      edit(
        'core/verify/milp/encode.ts',
        'if (layer.mask.data[index] !== 1) return this.#relu(node, index)',
        `if (layer.mask.data[index] !== 1) return this.#relu(node, index)
    if (this.#bounds.get(node.inputs[0])?.upper.every((u, i) => layer.mask.data[i] === 1 || u <= 0)) return constantExpression(0)`,
      ),
    ],
    caughtBy: GRAFTS,
  },
  {
    bug: 'NaN counts as a bound in the cascade',
    edits: [
      edit('core/verify/attempt.ts', 'if (lower[i] > this.rowLower[row]) this', 'if (!(lower[i] <= this.rowLower[row])) this'),
      edit('core/verify/attempt.ts', 'return this.#rowBound > 0', 'return !(this.#rowBound <= 0)'),
    ],
    caughtBy: NOT_NUMBERS,
  },
  {
    bug: 'NaN counts as a bound in branch and bound',
    edits: [
      edit('core/verify/bab/search.ts', 'found > child.parent.bound ? found : child.parent.bound', 'found < child.parent.bound ? child.parent.bound : found'),
      edit('core/verify/bab/search.ts', '      if (bound > 0) {', '      if (!(bound <= 0)) {'),
    ],
    caughtBy: NOT_NUMBERS,
  },
  {
    bug: 'ε = 0: a box without width is taken for an empty one, of which all is true',
    edits: [edit('core/verify/attempt.ts', 'return this.#rowBound > 0', 'return this.#rowBound > 0 || this.box.lower.every((low, i) => low >= this.box.upper[i])')],
    caughtBy: 'ε = 0: verified where the image is classified correctly, falsified where not, neither at a tie',
  },
  {
    bug: 'ties: a row that is 0 counts as a counterexample',
    edits: [
      edit('core/verify/replay.ts', 'quick[row] < 0', 'quick[row] <= 0'),
      edit('core/verify/replay.ts', 'values[row] < -errors[row]', 'values[row] <= errors[row]'),
    ],
    caughtBy: TIES,
  },
  {
    bug: 'ties: the tolerance of the solver is taken for a proof',
    edits: [edit('core/verify/milp/decide.ts', 'const SOLVER_MARGIN = 1e-6', 'const SOLVER_MARGIN = -1e-6')],
    caughtBy: MILP,
  },
  {
    bug: 'models go to the solver in whatever units they have',
    edits: [
      edit('core/verify/milp/scaling.ts', 'size[j] = powerOfTwo(width)', 'size[j] = 1'),
      edit('core/verify/milp/scaling.ts', 'const factor = 1 / powerOfTwo(most)', 'const factor = most > 0 ? 1 : 1'),
      edit('core/verify/milp/scaling.ts', 'const factor = 1 / powerOfTwo(objectiveReach(model, { indices, values, constant }))', 'const factor = 1'),
    ].map((each) => ({ ...each, inThread: true as const })),
    caughtBy: MILP,
  },
  {
    bug: 'big-M: the lower bound limits the active side',
    edits: [edit('core/verify/milp/relu-rows.ts', '[value, phase], [1, -upper])', '[value, phase], [1, lower])')],
    caughtBy: MILP,
  },
  {
    bug: 'duals: reduced costs count at the lower bound of their column',
    edits: [edit('core/verify/milp/certified-bound.ts', 'Math.min(g * lower, g * upper)', 'g * lower')].map((each) => ({ ...each, inThread: true as const })),
    caughtBy: 'neurons tightened by linear programmes: around the exact range',
  },
  {
    bug: 'a residual sum forgets one of its paths',
    edits: [edit('core/bounds/backward.ts', 'other ? tf.add(other, flat) : flat', 'other ?? flat')],
    caughtBy: BOUNDS,
  },
  {
    bug: 'cells that no method settled are forgotten',
    edits: [edit('core/verify/bab/run.ts', 'if (statistics.undecided > 0)', 'if (statistics.undecided < 0)')],
    caughtBy: MULTIPLIERS,
  },
  {
    bug: 'an envelope is not kept above its neuron',
    edits: [edit('core/bounds/envelope.ts', 'return used + Math.max(0, high - 2 * used)', 'return 0.9 * used + Math.max(0, high - 2 * used)')],
    caughtBy: SEARCH_ENVELOPES,
  },
  {
    bug: 'the shares of an envelope are more than its constant allows',
    edits: [edit('core/bounds/envelope.ts', 'loops.share(a, row, line, count, kept, rest', 'loops.share(a, row, line, count, 1, rest')],
    caughtBy: SEARCH_ENVELOPES,
  },
  {
    bug: 'the envelope of a certificate is not kept above its neuron',
    edits: [edit('core/certify/envelope.ts', 'return used + Math.max(0, high - 2 * used)', 'return 0.9 * used + Math.max(0, high - 2 * used)')],
    caughtBy: CHECKER_ENVELOPES,
  },
  {
    bug: 'a certificate takes every layer for a first one',
    edits: [edit('core/certify/envelope.ts', "=== 'activation') return false", "=== 'activation') continue")],
    caughtBy: CHECKER_ENVELOPES,
  },
  {
    bug: "an envelope takes another row's Λ",
    edits: [edit('core/bounds/row-bounder.ts', 'coefficients.subarray(i * neurons, (i + 1) * neurons) as', 'coefficients.subarray(0, neurons) as')],
    caughtBy: SEARCH_ENVELOPES,
  },
  {
    bug: 'the envelopes of a window stay where its first row is',
    edits: [edit('core/bounds/window-rows.ts', 'if (this.#placed?.key === position.join()) return', 'if (this.#placed) return')],
    caughtBy: WINDOW_ENVELOPES,
  },
  {
    bug: 'envelopes of neurons forget the scale of the input',
    edits: [edit('core/bounds/input-rows.ts', 'factor ? weight * factor[element] : weight', 'weight')],
    caughtBy: CHOSEN_ENVELOPES,
  },
] // prettier-ignore

function edit(file: string, find: string, replace: string): Edit {
  return { file, find, replace }
}
