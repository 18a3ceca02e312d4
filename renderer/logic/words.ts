// The words of the interface for the contract's identifiers: verdicts, stages, methods, states, and what each means.
import type { FolderListing } from '../../core/contract/folders.ts'
import type { Evidence, Verdict, VerifierName } from '../../core/contract/verdict.ts'
import type { SimplifyOptions } from '../../core/contract/recipe.ts'
import type { Cut } from '../../core/contract/study.ts'
import { formatCount, formatSeconds, formatValue } from './format.ts'

type Words = { readonly title: string; readonly meaning: string }

export const verdictWords: Readonly<Record<Verdict, Words>> = {
  verified: { title: 'Verified', meaning: 'Proved: no change of pixels within ε gives another class' },
  falsified: {
    title: 'Falsified',
    meaning: 'A change within ε gives another class: here it is, checked again in double precision',
  },
  unknown: {
    title: 'Unknown',
    meaning: 'The method ended without an answer; more time would not help it, another method may',
  },
  timeout: { title: 'Timeout', meaning: 'The time limit ended the search; more time may decide it' },
  error: { title: 'Error', meaning: 'The check of this image failed; see its message' },
}

export const evidenceWords: Readonly<Record<Evidence, Words>> = {
  certified: {
    title: 'Certified',
    meaning: 'Every part of the proof proved again in double precision, rounding counted',
  },
  float32: {
    title: 'Float32',
    meaning: 'Proved by bounds in single precision, less what rounding is reckoned to lose',
  },
  solver: { title: 'Solver', meaning: 'The word of the MILP solver HiGHS, within its tolerances' },
  replayed: { title: 'Replayed', meaning: 'Counterexample evaluated in double precision on the original network' },
}

/** Figures of a search that a reader new to verification has not met. */
export const figureWords = {
  bound: { title: 'Bound', meaning: 'Proved margin over every other class; above 0 is verified' },
  unstable: { title: 'Unstable', meaning: 'Hidden neurons that can be on or off within ε' },
  domains: { title: 'Domains', meaning: 'Cases that the search split the question into' },
} as const satisfies Readonly<Record<string, Words>>

export const verifierWords: Readonly<Record<VerifierName, Words>> = {
  auto: {
    title: 'Automatic',
    meaning: 'Attack, then bounds, then a search by cases, then MILP; they share the time limit',
  },
  attack: { title: 'Attack', meaning: 'Gradient steps (FGSM, PGD) alone: finds counterexamples, proves nothing' },
  interval: {
    title: 'Interval bounds',
    meaning: 'The range of every neuron, layer by layer: fastest, proves only easy images',
  },
  crown: { title: 'CROWN', meaning: 'Encloses the network between straight lines in one pass: proves or gives up' },
  deeppoly: {
    title: 'DeepPoly',
    meaning:
      'One pass with fixed lines and nothing else, as ERAN’s incomplete mode (Singh et al. 2019): proves or gives up',
  },
  'alpha-crown': { title: 'α-CROWN', meaning: 'CROWN whose lines are tuned until they fit best: proves or gives up' },
  'crown-envelope': {
    title: 'CROWN with envelopes',
    meaning:
      'CROWN with lines for the first layer that look at all inputs at once, far tighter than α-CROWN: proves or gives up',
  },
  bab: {
    title: 'Branch and bound',
    meaning: 'Splits into cases, neuron on or off, until all are proved (β-CROWN): decides, given time',
  },
  milp: {
    title: 'MILP',
    meaning:
      'Bounds refined by a solver, then an exact program for each class, as ERAN’s complete mode (Singh et al. 2019): decides, slow on large networks',
  },
  mipverify: {
    title: 'MIPVerify',
    meaning:
      'Every neuron bounded by a solver, then one exact program for all classes, as MIPVerify (Tjeng et al. 2019): decides, slow on large networks',
  },
  'lp-split': {
    title: 'Cases by LP',
    meaning:
      'Linear programs; a neuron is split into on and off only where their solution breaks it, as Reluplex and Marabou (Katz et al. 2017, 2019): decides, best for targeted questions',
  },
}

/** What a folder looks like, in the words of those who look for it. */
export const lookTitles: Readonly<Record<NonNullable<FolderListing['looks']>, string>> = {
  idx: 'MNIST (IDX)',
  cifar: 'CIFAR (binary)',
  svhn: 'SVHN (.mat)',
  npy: 'NumPy arrays',
  images: 'Image folders',
  csv: 'CSV table',
}

/** What each way of simplification does, in half a line. */
export const simplifyMeanings: Readonly<Record<SimplifyOptions['method'], string>> = {
  none: 'Verify the trained network as it is',
  neuron: 'Neurons with the smallest scale |γ| are removed',
  weight: 'The smallest weights become 0; the shape stays',
  graft: 'Unstable, unimportant neurons become lines',
  sap: 'Neurons that give the least on average give 0',
  gap: 'Neurons that the loss needs least give 0',
  hydra: 'Neurons give 0 by a learned score: the slowest',
  random: 'Neurons drawn by lot give 0: what others must beat',
}

/** What simplification takes, in one sentence with exact counts. */
export function cutSentence(method: string, { unit, taken, total }: Pick<Cut, 'unit' | 'taken' | 'total'>): string {
  const share = `${formatCount(taken)} of ${formatCount(total)} ${unit}`
  if (method === 'neuron') return `Removes ${share}`
  return method === 'graft' ? `Makes lines of ${share}` : `Sets ${share} to zero`
}

export const stageTitles: Readonly<Record<string, string>> = {
  load: 'Load',
  train: 'Train',
  simplify: 'Simplify',
  'fine-tune': 'Fine-tune',
  evaluate: 'Evaluate',
  verify: 'Verify',
}

/** `alpha-crown` → `α-CROWN`; methods we have no word for stay as they are. */
export function methodTitle(method: string): string {
  return (verifierWords as Readonly<Record<string, Words | undefined>>)[method]?.title ?? method
}

/** `crownSeconds` → `CROWN, time`, `babDomains` → `Branch and bound, domains`: figures of a search. */
export function detailTitle(name: string): string {
  if (name === 'linf') return 'Replayed ℓ∞ distance'
  if (name === 'margin') return 'Replayed margin'
  const method = Object.keys(verifierWords).find(
    (word) => name.startsWith(word) && /^[A-Z]/.test(name.slice(word.length)),
  )
  const words = name
    .slice(method?.length ?? 0)
    .replace(/Seconds$/, method === undefined ? ', time' : 'Time')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\blp\b/, 'LP')
  return method === undefined ? words.charAt(0).toUpperCase() + words.slice(1) : `${methodTitle(method)}, ${words}`
}

/** A figure of a search: times as times, counts and bounds as they are. */
export function detailValue(name: string, value: number): string {
  return name.endsWith('Seconds') ? formatSeconds(value) : formatValue(value, 5)
}

export const optionTitles: Readonly<Record<string, string>> = {
  sample: 'Sample set (drawn here)',
  idx: 'IDX files (MNIST, Fashion-MNIST)',
  cifar: 'CIFAR-10 or CIFAR-100 (binary)',
  npy: 'NumPy arrays (NPY, NPZ)',
  images: 'Folders of PNG or JPEG',
  csv: 'CSV table',
  constant: 'Constant',
  plateau: 'Reduce on plateau',
  step: 'Step',
  cosine: 'Cosine',
  standard: 'Standard',
  fat: 'FAT: fast adversarial training',
  pgd: 'PGD adversarial training',
  trades: 'TRADES',
  ibp: 'Certified by intervals (IBP)',
  'crown-ibp': 'Certified by CROWN-IBP',
  loss: 'Loss',
  'robust-accuracy': 'Accuracy under FGSM',
  post: 'What the activation gives',
  pre: 'What the activation reads',
  clean: 'Images as they are',
  fgsm: 'Images after one FGSM step',
  first: 'The first test images',
  indices: 'Chosen by number',
  unanimous: 'Unanimous under FGSM',
  pie: 'Those that simplification changes (PIE)',
  untargeted: 'Untargeted',
  targeted: 'Targeted',
  nchw: 'Channels first (NCHW)',
  nhwc: 'Channels last (NHWC)',
  grey: 'Grey',
  rgb: 'Colour',
  data: 'Measured on the training images',
  cifar10: 'Constants of CIFAR-10',
  'cifar10-255': 'Constants of CIFAR-10, of 0–255',
  // A source of data, and the constants of one.
  svhn: 'SVHN',
  given: 'Given here',
  decaying: 'Costly and insignificant, γ falling',
  fixed: 'Costly and insignificant, fixed γ',
  cost: 'The costliest to verify',
  significance: 'The least significant',
  random: 'At random',
  instability: 'Images on which it is unstable',
  gap: 'Share of what proofs lose',
  branching: 'How much splitting it would help',
  gradient: 'What the loss depends on (GAP)',
  activation: 'What it gives (SAP)',
  hydra: 'A learned score (Hydra)',
  damage: 'What its best line would cost',
  zero: 'Zero',
  'least-squares': 'Least squares',
  bound: 'Chord of the bounds',
  none: 'None',
  always: 'Always',
  never: 'Never',
}

/** A word of a recipe as forms and tables call it. */
export function optionTitle(option: string): string {
  return optionTitles[option] ?? methodTitle(option)
}
