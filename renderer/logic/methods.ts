// Every method with a short explanation for somebody who knows networks but not verification, and the paper it comes from.
import type { SimplifyOptions, TrainMethod } from '../../core/contract/recipe.ts'
import type { VerifierName } from '../../core/contract/verdict.ts'

export interface Method {
  readonly explanation: string
  /** Authors, year, title, where. */
  readonly source: string
}

const slimming =
  'Guidotti, Leofante, Pulina, Tacchella 2020, Verification of Neural Networks: Enhancing Scalability through Pruning, ECAI; after Liu et al. 2017, Network Slimming, ICCV'
const grafting = 'Chen, Zhang, Zhang, Chang, Liu, Wang 2022, Linearity Grafting, ICML'
const fast = 'Wong, Rice, Kolter 2020, Fast Is Better Than Free, ICLR'
const align = 'Andriushchenko, Flammarion 2020, Understanding and Improving Fast Adversarial Training, NeurIPS'
const ibp = 'Gowal et al. 2018, On the Effectiveness of Interval Bound Propagation, arXiv:1810.12715'
const crown =
  'Zhang, Weng, Chen, Hsieh, Daniel 2018, Efficient Neural Network Robustness Certification (CROWN), NeurIPS'
const alpha = 'Xu et al. 2021, Fast and Complete, ICLR'
const envelope =
  'Anderson et al. 2020, Strong Mixed-Integer Programming Formulations for Trained Neural Networks, Mathematical Programming; Tjandraatmadja et al. 2020, The Convex Relaxation Barrier, Revisited, NeurIPS'
const beta = 'Wang et al. 2021, Beta-CROWN, NeurIPS'
const eran = 'Singh, Gehr, Püschel, Vechev 2019, Boosting Robustness Certification of Neural Networks, ICLR'
const pgd = 'Madry et al. 2018, Towards Deep Learning Models Resistant to Adversarial Attacks, ICLR'
const fgsm = 'Goodfellow, Shlens, Szegedy 2015, Explaining and Harnessing Adversarial Examples, ICLR'

export const verifyMethods: Readonly<Record<VerifierName, Method>> = {
  auto: {
    explanation:
      'Cheap answers first: an attack that may find a counterexample at once, then bounds that may prove the image at once, then a search that splits the question into cases until all are proved or time is over.',
    source: `${alpha}; ${beta}`,
  },
  attack: {
    explanation:
      'Walks from the image uphill along the gradient, looking for a change within ε that alters the class. Finding none proves nothing.',
    source: `${fgsm}; ${pgd}`,
  },
  interval: {
    explanation:
      'Computes for every neuron the smallest and largest value it can take, layer by layer. Fast, but every layer adds slack, so that few images are proved.',
    source: ibp,
  },
  crown: {
    explanation:
      'Encloses every ReLU between two straight lines and carries linear bounds from the output back to the image. Much tighter than intervals, still one pass.',
    source: crown,
  },
  deeppoly: {
    explanation: 'The same idea as CROWN with a fixed choice of lines: one pass, proves or gives up.',
    source: 'Singh, Gehr, Püschel, Vechev 2019, An Abstract Domain for Certifying Neural Networks, POPL',
  },
  'alpha-crown': {
    explanation: 'CROWN whose lines are tuned by gradient steps until the proof is as tight as such lines can make it.',
    source: alpha,
  },
  'crown-envelope': {
    explanation:
      'In the first layer the best line above a ReLU depends on every input of the box, not only on their sum: these lines are found neuron by neuron, and every later bound starts from them. Then α-CROWN’s tuning.',
    source: envelope,
  },
  bab: {
    explanation:
      'Picks a neuron that may be on or off, proves both cases apart, and goes on until every case is proved or one holds a counterexample. Complete: given time it decides.',
    source: beta,
  },
  milp: {
    explanation:
      'Writes network and question as a mixed-integer linear program, exactly, and hands it to a solver. Complete, slow on large networks.',
    source: eran,
  },
  mipverify: {
    explanation: 'One exact mixed-integer program for all classes, its neurons bounded as tightly as possible before.',
    source: 'Tjeng, Xiao, Tedrake 2019, Evaluating Robustness of Neural Networks with Mixed Integer Programming, ICLR',
  },
  'lp-split': {
    explanation:
      'Solves a linear program that ignores the kinks of the ReLUs and splits into cases only where its solution breaks one.',
    source: 'Katz et al. 2017, Reluplex, CAV; Katz et al. 2019, The Marabou Framework, CAV',
  },
}

export const simplifyMethods: Readonly<Record<SimplifyOptions['method'], Method | null>> = {
  none: null,
  neuron: {
    explanation:
      'Sparse training drives the scale of unneeded neurons towards zero; those with the smallest scale are removed. A verifier has fewer cases to tell apart.',
    source: slimming,
  },
  weight: {
    explanation: 'The weights of smallest magnitude are set to zero and held there while the rest is tuned.',
    source: 'Han, Pool, Tran, Dally 2015, Learning both Weights and Connections, NeurIPS',
  },
  sap: { explanation: 'Neurons whose output is smallest on average are put to zero.', source: grafting },
  gap: {
    explanation: 'Neurons whose output changes the loss least, by its gradient, are put to zero.',
    source: grafting,
  },
  hydra: {
    explanation: 'Every neuron gets a score that is learned under the training loss; the lowest are put to zero.',
    source: `Sehwag, Wang, Mittal, Jana 2020, HYDRA, NeurIPS; for neurons: ${grafting}`,
  },
  random: { explanation: 'Neurons drawn by lot are put to zero: a yardstick for the others.', source: grafting },
  graft: {
    explanation:
      'Neurons that may be on or off within ε and matter little for the class become straight lines with a learned slope. A line needs no case split, so proofs become cheap.',
    source: grafting,
  },
}

export const trainMethods: Readonly<Record<TrainMethod['kind'], Method>> = {
  standard: {
    explanation:
      'Trains on the images as they are: quick and accurate, but what it makes is often fooled by small changes. With a sparsity λ, unneeded neurons show themselves.',
    source: slimming,
  },
  fat: {
    explanation:
      'Trains on images changed by a single attack step. Gradient alignment keeps the network from learning to fool only that one step.',
    source: `${fast}; ${align}`,
  },
  pgd: { explanation: 'Trains on images changed by several small attack steps.', source: pgd },
  trades: {
    explanation:
      'Trains on clean images and asks that attacked ones be classified alike: accuracy traded for robustness.',
    source: 'Zhang et al. 2019, Theoretically Principled Trade-off between Robustness and Accuracy, ICML',
  },
  ibp: {
    explanation: 'Trains on the worst case that interval bounds allow: what is learned is easy to prove.',
    source: ibp,
  },
  'crown-ibp': {
    explanation: 'As interval training, with tighter linear bounds while ε is still growing.',
    source: 'Zhang et al. 2020, Towards Stable and Efficient Training of Verifiably Robust Neural Networks, ICLR',
  },
}
