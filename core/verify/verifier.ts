// The registry of verifiers: every name has its stages, or the project does not compile.
import type { CertifyMode } from '../contract/verdict.ts'
import type { Engine } from '../engine/engine.ts'
import { fgsmOptions, pgdOptions } from './attack/search.ts'
import type { VerifierName } from './outcome.ts'
import { VerifyContext } from './prepared.ts'
import type { Verifier } from './problem.ts'
import { requireBudget, runStages } from './run-stages.ts'
import { attackStage } from './stages/attack.ts'
import { babStage } from './stages/bab.ts'
import {
  alphaCrownStage,
  crownStage,
  deepPolyStage,
  envelopeStage,
  intervalStage,
  quickCrownStage,
} from './stages/bounds.ts'
import { inputSplitStage } from './stages/input-split.ts'
import { lpSplitStage } from './stages/lp-split.ts'
import { milpStage } from './stages/milp.ts'
import { mipVerifyStage } from './stages/mipverify.ts'
import { predictStage } from './stages/predict.ts'
import type { Stage } from './stages/stage.ts'

/** What every verifier of one `createVerifier` call shares; settings, never defaults that change. */
export interface VerifierOptions {
  /** Solver threads of the verifiers that use HiGHS. Default 2. */
  readonly solverThreads?: number
  /** Most memory of this process, in bytes; searches end where it would not do. Default: half of the machine. */
  readonly memoryBytes?: number
  /** Seed of random restarts. Default 100. */
  readonly seed?: number
  /** Default `auto`. */
  readonly certify?: CertifyMode
  /** Outcomes of evidence `certified` hold their proof. Default: they do not. */
  readonly keepProof?: boolean
}

const stagesOf: { readonly [N in VerifierName]: (options: VerifierOptions) => readonly Stage[] } = {
  attack: (options) => [predictStage(), attackStage(fgsmOptions, 'fgsm'), attackStage(pgd(options))],
  interval: () => [predictStage(), intervalStage()],
  crown: () => [predictStage(), intervalStage(), crownStage()],
  deeppoly: () => [predictStage(), deepPolyStage()],
  'alpha-crown': () => [predictStage(), intervalStage(), quickCrownStage(), alphaCrownStage()],
  'crown-envelope': () => [
    predictStage(),
    intervalStage(),
    quickCrownStage(),
    envelopeStage(),
    alphaCrownStage(1, true),
  ],
  bab: () => [predictStage(), intervalStage(), quickCrownStage(), envelopeStage(), babStage()],
  // Those that work with HiGHS look for an easy counterexample first; the attack's best point is the solver's start.
  milp: (options) => [predictStage(), quickAttack(options), intervalStage(), crownStage(), milpStage()],
  mipverify: (options) => [predictStage(), quickAttack(options), mipVerifyStage()],
  'lp-split': (options) => [predictStage(), quickAttack(options), intervalStage(), crownStage(), lpSplitStage()],
  // A few restarts find nearly every counterexample; all of them only after branch and bound, which looks for them too.
  auto: (options) => [
    predictStage(),
    quickAttack(options),
    intervalStage(),
    quickCrownStage(),
    inputSplitStage(0.8),
    envelopeStage(),
    alphaCrownStage(0.06, true),
    attackStage({ ...pgd(options), restarts: 5 }, 'attack', 0.05, 0.5),
    babStage(0.92),
    attackStage({ ...pgd(options), seed: pgd(options).seed + 1 }, 'longAttack', 0.3),
    milpStage(),
  ],
}

/** A verifier by name. Verifiers made by one call share prepared networks and solver threads between their problems. */
export function createVerifier(name: VerifierName, engine: Engine, options: VerifierOptions = {}): Verifier {
  const context = new VerifyContext(engine, options)
  const { certify = 'auto', keepProof = false } = options
  return {
    name,
    verify: (problem, budget, signal, report, keeper) => {
      requireBudget(budget)
      const stages = stagesOf[name](options)
      return runStages({
        name,
        context,
        problem,
        budget,
        signal,
        report,
        stages,
        certify,
        keepProof,
        keeper: keeper ?? null,
      })
    },
  }
}

function quickAttack(options: VerifierOptions): Stage {
  return attackStage({ ...pgd(options), restarts: 2, steps: 40 }, 'quickAttack', 0.05)
}

function pgd(options: VerifierOptions): typeof pgdOptions {
  return { ...pgdOptions, seed: options.seed ?? pgdOptions.seed }
}
