// The figures that the papers' tables have, under the names that `paper:` of a recipe gives them.
import type { RunSummary } from '../contract/rows.ts'
import { formatCount, formatFraction, formatSeconds } from './table.ts'

export interface PaperFigure {
  readonly title: string
  /** Which radius the figure is for; `atEpsilon` says it in the title. */
  readonly at?: 'robustness' | 'verdicts'
  readonly of: (summary: RunSummary) => string
}

/** A paper's table: its columns by the names of `paper:`. */
export type PaperForm = Readonly<Record<string, PaperFigure>>

/** Guidotti et al. 2020: accuracies as fractions, sizes, solved questions. */
const pruning: PaperForm = {
  accuracy: { title: 'accuracy', of: ({ accuracy }) => formatFraction(accuracy) },
  robustness: { title: 'robustness', at: 'robustness', of: ({ robustness }) => formatFraction(robustness) },
  neurons: { title: 'neurons', of: ({ hiddenNeurons }) => formatCount(hiddenNeurons) },
  weights: { title: 'weights', of: ({ nonzeroWeights }) => formatCount(nonzeroWeights) },
  solved: {
    title: 'solved',
    of: ({ verified, falsified, images }) => (images === 0 ? '–' : `${verified + falsified}/${images}`),
  },
  seconds: { title: 'seconds', of: ({ meanSeconds }) => formatSeconds(meanSeconds) },
}

/** Chen et al. 2022: unstable neurons, verified, standard and robust accuracy in per cent, and seconds of verification. */
const grafting: PaperForm = {
  unr: { title: 'UNR %', at: 'verdicts', of: ({ unstable }) => percent(unstable) },
  va: { title: 'VA %', at: 'verdicts', of: ({ verified, images }) => percent(shareOf(verified, images)) },
  sa: { title: 'SA %', of: ({ accuracy }) => percent(accuracy) },
  // Under PGD where the recipe attacks, else under FGSM.
  ra: {
    title: 'RA %',
    at: 'robustness',
    of: ({ robustAccuracy, robustness }) => percent(robustAccuracy ?? robustness),
  },
  time: { title: 'time, s', of: ({ searchSeconds }) => searchSeconds?.toFixed(2) ?? '–' },
}

/** Chen et al. 2022, Table A8: images that pruning changes, asked like any others. */
const corners: PaperForm = {
  cornerVa: { title: 'corner VA %', at: 'verdicts', of: ({ verified, images }) => percent(shareOf(verified, images)) },
  cornerSa: {
    title: 'corner SA %',
    of: ({ misclassified, images }) => percent(misclassified === null ? null : shareOf(images - misclassified, images)),
  },
}

function shareOf(part: number, images: number): number | null {
  return images === 0 ? null : part / images
}

function percent(share: number | null): string {
  return share === null ? '–' : (100 * share).toFixed(2)
}

/** The paper that the figures a recipe quotes are from: the one that has more of them. */
export function paperForm(given: Iterable<string>): PaperForm {
  const names = [...given]
  const known = (form: PaperForm): number => names.filter((name) => name in form).length
  return [pruning, grafting, corners].reduce((best, form) => (known(form) > known(best) ? form : best))
}
