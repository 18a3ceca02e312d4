// Closed-form answers (spec E.1), by every verifier that can find them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { createNetwork } from '../../core/nn/index.ts'
import type { Outcome, VerifierName } from '../../core/verify/outcome.ts'
import { robustness, type Problem, type Verifier } from '../../core/verify/problem.ts'
import { createVerifier } from '../../core/verify/verifier.ts'
import { denseLayer, linear, mlp, problem, row, step, tent, vee, xor } from './known-networks.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
})
afterAll(() => engine.dispose())

const complete: readonly VerifierName[] = ['milp', 'mipverify', 'lp-split', 'bab', 'auto']

/** One verifier a name: solver threads and compiled programs serve all questions. */
const verifiers = new Map<VerifierName, Verifier>()

function ask(name: VerifierName, question: Problem, seconds = 20): Promise<Outcome> {
  let verifier = verifiers.get(name)
  if (!verifier) verifiers.set(name, (verifier = createVerifier(name, engine)))
  return verifier.verify(question, { seconds }, new AbortController().signal, () => undefined)
}

describe('a linear network', () => {
  const around = (epsilon: number, clip: boolean) =>
    robustness({ network: linear, image: Float64Array.of(0.5, 0.5), label: 0, epsilon, clip })

  it.each(['interval', 'crown', 'deeppoly', 'alpha-crown', 'crown-envelope', ...complete] as const)(
    '%s knows its radius .525',
    async (name) => {
      expect((await ask(name, around(0.5249, false))).verdict).toBe('verified')
      expect((await ask(name, around(0.5251, false))).verdict).not.toBe('verified')
    },
  )

  it.each(complete)('%s falsifies beyond it, with evidence', async (name) => {
    const outcome = await ask(name, around(0.53, false))
    expect(outcome).toMatchObject({ verdict: 'falsified', evidence: 'replayed' })
    expect(outcome.witness?.linf).toBeLessThanOrEqual(0.53 + 1e-12)
    expect(outcome.witness?.margin).toBeLessThan(0)
  })

  it.each(['interval', ...complete] as const)('%s finds it robust for every ε when clipped to [0,1]', async (name) => {
    expect((await ask(name, around(100, true))).verdict).toBe('verified')
  })
})

describe.each(complete)('%s', (name) => {
  it('knows the radius .5 of XOR', async () => {
    const rows = { rows: 1, coefficients: Float64Array.of(1, -1), offsets: Float64Array.of(0) }
    const around = (e: number) => problem(xor, [0.5 - e, 0.5 - e], [0.5 + e, 0.5 + e], rows)
    expect((await ask(name, around(0.499))).verdict).toBe('verified')
    expect((await ask(name, around(0.501))).verdict).toBe('falsified')
  })

  it.each([
    ['relu(x) − relu(x − .5)', step],
    ['|x|/2', vee],
  ])('knows the minimum 0 of %s, and leaves the tie undecided', async (_what, network) => {
    expect((await ask(name, problem(network, [-1], [1], row(1, 1e-3)))).verdict).toBe('verified')
    expect((await ask(name, problem(network, [-1], [1], row(1, -1e-3)))).verdict).toBe('falsified')
    expect(['unknown', 'timeout']).toContain((await ask(name, problem(network, [-1], [1], row(1, 0)), 3)).verdict)
  })

  it('knows the maximum of the iterated tent map', async () => {
    expect((await ask(name, problem(tent(4), [0], [1], row(-1, 1.01)))).verdict).toBe('verified')
    expect((await ask(name, problem(tent(4), [0], [1], row(-1, 0.99)))).verdict).toBe('falsified')
  })

  it('knows relu(x) + x on [−1, 2]: minimum −1 (residual)', async () => {
    const residual = createNetwork({
      name: 'residual',
      inputShape: [1],
      nodes: [
        { id: 'a', layer: { kind: 'relu' } },
        { id: 'sum', layer: { kind: 'add' }, inputs: ['a', 'input'] },
      ],
    })
    expect((await ask(name, problem(residual, [-1], [2], row(1, 1.001)))).verdict).toBe('verified')
    expect((await ask(name, problem(residual, [-1], [2], row(1, 0.999)))).verdict).toBe('falsified')
  })

  it('verifies ε = 0 exactly where the image is classified correctly, with no tie', async () => {
    const at = (label: number) =>
      robustness({ network: linear, image: Float64Array.of(0.5, 0.5), label, epsilon: 0, clip: true })
    expect((await ask(name, at(0))).verdict).toBe('verified')
    expect(await ask(name, at(1))).toMatchObject({ verdict: 'falsified', detail: { misclassified: 1 } })
    const tied = mlp('tied', denseLayer([[1], [1]], [0, 0]))
    const question = robustness({ network: tied, image: Float64Array.of(0.5), label: 0, epsilon: 0, clip: true })
    expect((await ask(name, question, 3)).verdict).not.toBe('verified')
    expect((await ask(name, question, 3)).verdict).not.toBe('falsified')
  })

  it('never verifies a network with NaN weights', async () => {
    const broken = mlp('broken', denseLayer([[NaN], [1]], [0, 0]), denseLayer([[1, 1]], [5]))
    const outcome = await ask(name, problem(broken, [-1], [1], row(1, 0)), 5)
    expect(['unknown', 'error', 'timeout']).toContain(outcome.verdict)
  })

  it('decides a targeted question: class 2 is reached only beyond its own radius', async () => {
    const targeted = (epsilon: number) =>
      robustness({ network: linear, image: Float64Array.of(0.5, 0.5), label: 0, epsilon, clip: false, target: 2 })
    expect((await ask(name, targeted(0.3))).verdict).toBe('verified')
    expect((await ask(name, targeted(0.7))).verdict).toBe('falsified')
  })
})
