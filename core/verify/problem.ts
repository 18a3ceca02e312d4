// The question a verifier answers: a network, an input box, a linear output property; and the interface of all verifiers.
import { ball, exactPixels, targetedRows, untargetedRows } from '../bounds/ball.ts'
import type { Box, OutputRows } from '../bounds/box.ts'
import { EspalierError } from '../contract/errors.ts'
import { sizeOf } from '../nn/layer.ts'
import { shapeOf, type Network } from '../nn/network.ts'
import type { SearchKeeper } from './keeper.ts'
import type { Known } from './known.ts'
import type { Budget, Evidence, Outcome, Verdict, VerifierName, VerifyProgress, Witness } from './outcome.ts'

export type { Budget, Evidence, Outcome, Verdict, VerifierName, VerifyProgress, Witness }

/**
 * What must hold for every x of the box, with row values r_i(x) = c_i·f(x) + d_i:
 * - `all-positive`: every row is positive (untargeted robustness); one row ≤ 0 is a counterexample.
 * - `any-positive`: at least one row is positive (targeted robustness, Marabou's form); a counterexample has all rows ≤ 0 at once.
 *
 * Ties (a row exactly 0) are neither verified nor accepted as counterexamples.
 */
export type Property =
  | { readonly kind: 'all-positive'; readonly rows: OutputRows }
  | { readonly kind: 'any-positive'; readonly rows: OutputRows }

/** One verification question. The network is the original one: batch-norm layers not fused. Box in raw pixel units, flat. */
export interface Problem {
  readonly network: Network
  readonly box: Box
  readonly property: Property
  /** The input the box was built around, if there is one: tried first as a counterexample, and the origin of `Witness.linf`. */
  readonly centre?: Float64Array
  readonly known?: Known
}

/** One verification method. */
export interface Verifier {
  readonly name: VerifierName
  /**
   * Decides the problem within the budget (wall clock, exceeded by a second at most). When `signal` aborts, ends within
   * about a second with verdict `unknown` and reason `cancelled`. What goes wrong on the way is verdict `error`. A long
   * search is kept with `keeper`, and goes on from what was kept.
   * @throws EspalierError 'verify/soundness' when a verdict contradicts a replayed point: stop the run;
   *   'recipe/invalid' for a budget that is not positive.
   */
  verify(
    problem: Problem,
    budget: Budget,
    signal: AbortSignal,
    report: (progress: VerifyProgress) => void,
    keeper?: SearchKeeper,
  ): Promise<Outcome>
}

/** Arguments of `robustness`. */
export interface RobustnessArgs {
  readonly network: Network
  /** Pixels in [0,1], flat, in the network's input order. */
  readonly image: Float32Array | Float64Array
  readonly label: number
  /** Radius in pixel units (0–1); 0 asks about the image alone. */
  readonly epsilon: number
  /** Whether the box is intersected with the valid range [0,1] (ERAN and MIPVerify do, Marabou's queries do not). */
  readonly clip: boolean
  /** The class the attacker must reach (targeted); absent: any other class (untargeted). */
  readonly target?: number
}

/**
 * Is the network's answer `label` on the whole ball of radius ε around the image?
 *
 * @throws EspalierError `verify/epsilon` for a negative, NaN or infinite ε; `model/does-not-fit-data` when image, label or
 *   target do not fit the network; `data/non-finite` for a NaN or infinite pixel.
 */
export function robustness(args: RobustnessArgs): Problem {
  const classes = checkFit(args)
  const centre = exactPixels(args.image)
  const box = ball(centre, args.epsilon, args.clip)
  const property: Property =
    args.target === undefined
      ? { kind: 'all-positive', rows: untargetedRows(classes, args.label) }
      : { kind: 'any-positive', rows: targetedRows(classes, args.target) }
  return { network: args.network, box, property, centre }
}

/** Checks that image, label and target fit; returns the number of classes. */
function checkFit(args: RobustnessArgs): number {
  const { network, image, label, target } = args
  const inputs = sizeOf(network.inputShape)
  const classes = sizeOf(shapeOf(network, network.output))
  const hint = 'Choose the data set the model was trained on.'
  if (image.length !== inputs)
    throw new EspalierError(
      'model/does-not-fit-data',
      `the image has ${image.length} values, ${network.name} takes ${network.inputShape.join('×')} = ${inputs}`,
      hint,
    )
  for (const [name, value] of [
    ['label', label],
    ['target', target ?? (label === 0 ? 1 : 0)],
  ] as const)
    if (!Number.isInteger(value) || value < 0 || value >= classes)
      throw new EspalierError(
        'model/does-not-fit-data',
        `${name} ${value}: ${network.name} has ${classes} classes`,
        hint,
      )
  if (target === label)
    throw new EspalierError(
      'model/does-not-fit-data',
      `target and label are both ${label}`,
      'Choose another target class.',
    )
  return classes
}
