// A run of a benchmark in figures: solved, wrong, cactus data, and the comparison with another tool.
import { instanceKey, type InstanceResult } from './results.ts'

export interface Summary {
  readonly instances: number
  readonly solved: number
  readonly sat: number
  readonly unsat: number
  /** Results that contradict the consensus. */
  readonly wrong: readonly InstanceResult[]
  /** Instances with a consensus that this run did not solve. */
  readonly missed: number
  /** Seconds of the solved instances, shortest first: entry k is the time in which k + 1 instances can each be solved. */
  readonly cactus: readonly number[]
  readonly totalSeconds: number
  readonly peer: PeerSummary | null
}

/** The other tool on the instances that both ran. */
export interface PeerSummary {
  readonly instances: number
  readonly solved: number
  /** Solved by this run on the same instances. */
  readonly ours: number
  readonly onlyOurs: number
  readonly onlyPeer: number
  /** One says sat, the other unsat. */
  readonly contradictions: readonly InstanceResult[]
  /** exp(mean of log(our seconds / the peer's)) over what both solved; null where that is nothing. Below 1: faster. */
  readonly geometricMeanRatio: number | null
  readonly cactus: readonly number[]
}

/** Shortest time that enters a ratio, in seconds: below it clocks decide. */
const shortestSeconds = 0.001

/** Figures of `results` against consensus verdicts and, if given, a peer's results (both by instance key). */
export function summarise(
  results: readonly InstanceResult[],
  expected: ReadonlyMap<string, 'sat' | 'unsat'>,
  peer?: ReadonlyMap<string, InstanceResult>,
): Summary {
  const solved = results.filter(isSolved)
  const consensusOf = ({ onnx, vnnlib }: InstanceResult): string | undefined => expected.get(instanceKey(onnx, vnnlib))
  const contradicts = (result: InstanceResult): boolean => {
    const consensus = consensusOf(result)
    return consensus !== undefined && consensus !== result.word
  }
  return {
    instances: results.length,
    solved: solved.length,
    sat: solved.filter(({ word }) => word === 'sat').length,
    unsat: solved.filter(({ word }) => word === 'unsat').length,
    wrong: solved.filter(contradicts),
    missed: results.filter((result) => !isSolved(result) && consensusOf(result) !== undefined).length,
    cactus: cactusOf(solved),
    totalSeconds: results.reduce((total, { seconds }) => total + seconds, 0),
    peer: peer ? comparePeer(results, peer) : null,
  }
}

function comparePeer(results: readonly InstanceResult[], peer: ReadonlyMap<string, InstanceResult>): PeerSummary {
  const pairs = results.flatMap((ours) => {
    const theirs = peer.get(instanceKey(ours.onnx, ours.vnnlib))
    return theirs ? [{ ours, theirs }] : []
  })
  const both = pairs.filter(({ ours, theirs }) => isSolved(ours) && isSolved(theirs))
  const logarithms = both.map(({ ours, theirs }) =>
    Math.log(Math.max(ours.seconds, shortestSeconds) / Math.max(theirs.seconds, shortestSeconds)),
  )
  const mean = logarithms.reduce((total, value) => total + value, 0) / logarithms.length
  const solvedByPeer = pairs.map(({ theirs }) => theirs).filter(isSolved)
  return {
    instances: pairs.length,
    solved: solvedByPeer.length,
    ours: pairs.filter(({ ours }) => isSolved(ours)).length,
    onlyOurs: pairs.filter(({ ours, theirs }) => isSolved(ours) && !isSolved(theirs)).length,
    onlyPeer: pairs.filter(({ ours, theirs }) => !isSolved(ours) && isSolved(theirs)).length,
    contradictions: both.filter(({ ours, theirs }) => ours.word !== theirs.word).map(({ ours }) => ours),
    geometricMeanRatio: both.length > 0 ? Math.exp(mean) : null,
    cactus: cactusOf(solvedByPeer),
  }
}

function isSolved({ word }: InstanceResult): boolean {
  return word === 'sat' || word === 'unsat'
}

function cactusOf(solved: readonly InstanceResult[]): number[] {
  return solved.map(({ seconds }) => seconds).sort((a, b) => a - b)
}
